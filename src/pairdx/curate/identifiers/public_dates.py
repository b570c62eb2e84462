"""Dates that are nobody's: of a publication, of a data set, of an epidemic, of a study's period."""

import re
from functools import cached_property
from typing import Literal

# Day, month and year; two of them; a season and a year; a month alone.
Parts = Literal["all", "some", "season", "month"]

_YEAR = re.compile(r"\d{4}")
_PUBLISHED_BEFORE = re.compile(
    r"(?:\b(?:accessed|searche[ds]|last search|cut-?off|retrieved|downloaded|updated?|as (?:of|at)|"
    r"version|released|publish(?:ed|er)|publication|issue \d|(?:vol|volume) \d{1,3}[,;]|edition|"
    r"copyright|approved|approval|licen[cs]ed?|patent(?:ed)?|guidelines|journal|lancet|"
    r"jama|bmj|newspaper|magazine|et al|reprint(?:ed)?|posted|website|"
    r"available (?:at|from))\b|©(?!\s*[.!?]))[^;]{0,40}$",  # at the end of a sentence, it is over
    re.IGNORECASE,
)
_PUBLISHED_AFTER = re.compile(
    r"[)\]]?[.,;:]? ?(?:;\d|\d{1,4} ?\(\d{1,3}\)|doi\b|pmid|https?:|"
    r"(?:edition|issue|version|guidelines?|update|release|consensus|vol)\b)",
    re.IGNORECASE,
)
# Of a population or of nature: no date in such a caption is a patient's, unless one was imaged.
_EPIDEMIC = re.compile(
    r"\b(?:incidence|prevalence|epidemic curve|outbreaks?|epidemiolog\w{1,8}|surveillance|"
    r"survey(?:s|ed)?|regist(?:ry|ries)|per (?:100|1,?000|million|capita)|census|time[ -]series|"
    r"forecast\w{0,4}|lockdowns?|(?:confirmed|reported|new|daily|weekly|notified) cases|rainfall|"
    r"holotype|paratypes?|satellite images?|landsat|glaciers?|habitats?|seawater|herbarium|"
    r"field (?:sites?|stations?))\b",
    re.IGNORECASE,
)
_IMAGED = re.compile(
    r"\b(?:ct|mri|pet|x-?rays?|scans?|radiographs?|ultrasound|sonograms?|ecg|ekg|endoscopy|"
    r"angiograms?|mammograms?|echocardiograms?)\b",
    re.IGNORECASE,
)
# Of a study: a month or a period in such a caption is when it took place.
_STUDY = re.compile(
    r"\b(?:cohorts?|enrol\w{0,6}|recruit\w{0,5}|literature|databases?|trial|prisma|flow ?charts?|"
    r"consecutive(?:ly)? (?:patients|cases|series|included|treated)|participants|subjects|people|"
    r"(?:our|this|the|present|prospective|retrospective|multicent\w{2,4}|sectional) study|"
    r"study (?:period|population|site|area|flow|design)|screening (?:was|of|program\w{0,3})|"
    r"(?:all|\d{2,6}|many|most|among|included|eligible|of(?: the)?|these) "
    r"(?:patients|cases|women|men|children|infants|newborns|samples|isolates)|"
    r"patients (?:who|were|with|treated|admitted|undergoing|seen|from|between|and|in)|centers|"
    r"centres|hospitals|visits|admissions|mortality|deaths|maps? of|trends?|monthly|quarterly|"
    r"annual|seasonal\w{0,4}|coverage of|pandemic|epidemics?|countr(?:y|ies)|districts?|"
    r"provinces?|count(?:y|ies)|municipalit(?:y|ies)|n ?= ?\d)\b",
    re.IGNORECASE,
)
_ONE_PERSON = re.compile(
    r"\b(?:[Tt]he|[Oo]ur|[Tt]his|[Aa]|his|her|[Ii]ndex|[Ss]ame) patient\b|\bpatient's|"
    r"\b(?:year|month|week|day)s?[ -]old\b|\b(?:[Hh]e|[Ss]he|his|her)\b|\bcase \d|"
    r"\b(?:boy|girl|man|woman|gentleman|lady|mother|father|son|daughter)\b"
)
_CARE = re.compile(
    r"\b(?:patient|admitted|admission|discharged?|diagnos\w{1,4}|presented|operat\w{2,4}|surgery|"
    r"hospitali[sz]ed|biops\w{1,4}|follow-?up|visit|treated|treatment|therapy|relaps\w{1,3}|lesions?|"
    r"disease|illness|onset|symptoms?|"
    r"wounds?|ct|mri|mr|pet|x-?rays?|scans?|radiographs?|ultrasound|ecg|eeg|endoscop\w{1,3}|"
    r"\w{3,12}(?:grams?|graphy|scopy))\b",
    re.IGNORECASE,
)
_SINCE = re.compile(r"\b(?:from|between|since|during|to|and|until|till|through) (?:the )?$|- ?$")
_UNTIL = re.compile(r" ?(?:-|to\b|and\b|until\b|till\b|through\b) ?(?:the )?[\dA-Z]")


class DatedText:
    """A caption, and whether dates in it are those of many."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _of_one(self) -> bool:
        return bool(_ONE_PERSON.search(self.text))

    @cached_property
    def _of_care(self) -> bool:
        return self._of_one or bool(_CARE.search(self.text))

    @cached_property
    def _of_epidemic(self) -> bool:
        return not self._of_one and bool(_EPIDEMIC.search(self.text))

    @cached_property
    def _of_study(self) -> bool:
        return not self._of_one and bool(_STUDY.search(self.text))

    def is_public(self, start: int, end: int, parts: Parts) -> bool:
        """Tell whether the date there is nobody's, by how much of a date it has."""
        if self._is_published(start, end):
            return True
        if self._of_epidemic and not (parts == "all" and _IMAGED.search(self.text)):
            return True
        if parts in ("season", "month") and not self._of_care:
            return True
        return self._of_study and (parts != "all" or self._is_period(start, end))

    def _is_published(self, start: int, end: int) -> bool:
        if not _YEAR.search(self.text, start, end):
            return False
        before = self.text[max(start - 60, 0) : start]
        return bool(_PUBLISHED_BEFORE.search(before) or _PUBLISHED_AFTER.match(self.text, end))

    def _is_period(self, start: int, end: int) -> bool:
        before = self.text[max(start - 12, 0) : start]
        return bool(_SINCE.search(before) or _UNTIL.match(self.text, end))
