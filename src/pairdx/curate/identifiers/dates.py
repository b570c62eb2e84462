"""Dates: those with day, month and year, and fewer parts only where the words around say so.

A bare year, a time of day, a day of the stay and a period of enrolment are left: they are what a
case or a study is about. Months are read in six languages, as in scans of foreign letters.
"""

import re
from collections.abc import Iterator

Span = tuple[int, int]

_MONTHS = (
    "jan(?:uary|uar|ner|vier|eiro)?|ene(?:ro)?|genn?(?:aio)?|"
    "feb(?:ruary|ruar|brero|rero|braio)?|febr|fev(?:rier|ereiro)?|"
    "mar(?:ch|s|zo|co|z|t)?|maerz|mrz|maart|"
    "apr(?:il|ile)?|abr(?:il)?|avr(?:il)?|may|mai|mayo|maio|maggio|mag|mei|"
    "june?|juni|juin|junio|junho|giugno|giu|july?|juli|juillet|julio|julho|luglio|lug|"
    "aug(?:ust|ustus)?|ago(?:sto)?|aout|sept?(?:ember|iembre)?|sett(?:embre)?|set(?:embro)?|"
    "septembre|oct(?:ober|obre|ubre)?|okt(?:ober)?|ott(?:obre)?|out(?:ubro)?|"
    "nov(?:ember|embre|iembre|embro)?|dec(?:ember|embre)?|dez(?:ember|embro)?|"
    "dic(?:iembre|embre)?"
)
_ENGLISH = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    "sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_WORDED = rf"(?:{_MONTHS})\b\.?"
_ROMAN = r"(?:[IV]{1,4}|I?X|XI{1,2})"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:(?:19|20)\d\d|'\d\d)"
_FREE = r"(?<![\w./:-])"  # not the tail of a longer number
_END = r"(?![\w%]|[./:-]\d)"  # nor the head of one
_ORDINAL = r"(?:st|nd|rd|th|er|[.ºª])?"
_OF = r"[ ,./-]{0,2}(?:(?:day )?(?:of|de|del|di|do) )?"

_NUMERIC = re.compile(
    rf"{_FREE}(?:(?:19|20)\d\d(?P<a>[-/.]){_MONTH}(?P=a){_DAY}"
    rf"|{_DAY}(?P<b>[-/.]| ?[-/.] ){_MONTH}(?P=b)(?:19|20)\d\d"
    rf"|{_MONTH}(?P<c>[-/.]| ?[-/.] ){_DAY}(?P=c)(?:19|20)\d\d"
    rf"|{_DAY}(?P<d>[-/.]){_ROMAN}(?P=d){_YEAR}){_END}"
    r"|(?:19|20)\d\d ?年 ?\d{1,2} ?月 ?\d{1,2} ?日"
)
_SPELLED = re.compile(
    rf"(?:\b(?:mon|tues|wednes|thurs|fri|satur|sun)day,? |{_FREE})"
    rf"{_DAY}{_ORDINAL}{_OF}{_WORDED}{_OF}(?:{_YEAR}|\d\d(?=[),;]|$)){_END}"
    rf"|\b{_WORDED}[ -]?(?:the )?{_DAY}{_ORDINAL}[ ,/-]{{1,2}}(?:of )?{_YEAR}{_END}"
    rf"|{_FREE}(?:19|20)\d\d[ ,/-]{{1,2}}{_WORDED}[ -]?{_DAY}{_ORDINAL}{_END}",
    re.IGNORECASE,
)
_SHORT = re.compile(rf"{_FREE}(?P<one>\d{{1,2}})(?P<sep>[-/.])(?P<two>\d{{1,2}})(?P=sep)\d\d{_END}")
_COMPACT = re.compile(rf"(?<![\w./:#-])(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]){_END}")
_YEARLESS = re.compile(
    rf"\b(?:on|dated|until|since)(?: the)? (?P<value>{_DAY}{_ORDINAL} (?:of )?(?:{_ENGLISH})\b"
    rf"|(?:{_ENGLISH})\b\.? {_DAY}{_ORDINAL}){_END}",
    re.IGNORECASE,
)
_MONTHLY = re.compile(
    r"\b(?:born|died|deceased|admitted|discharged|diagnosed|performed|taken|obtained|acquired|"
    r"photographed|recorded|operated(?: on)?|underwent \w{1,30}|date of birth|dob)"
    rf"(?: in|:| on|,)? (?P<value>(?:{_ENGLISH})\b\.?,? (?:of )?(?:19|20)\d\d)(?! ?(?:-|to|and) )"
    rf"{_END}",
    re.IGNORECASE,
)
# Most captions have neither of these, and need not be searched for the long patterns.
_THREE_PARTS = re.compile(r"\d ?[-/.年] ?[\dIVX]")
_MONTH_BESIDE = re.compile(
    r"\b(?:ja|en|ge|fe|fé|ma|mr|me|mä|ap|ab|av|ju|jú|gi|lu|au|ag|ao|se|oc|ok|ot|ou|no|de|dé|dez|di)"
    r"[a-z]{0,9}\b[ .,/-]{0,3}(?:the )?(?:of )?(?:de |del )?['\d]",
    re.IGNORECASE,
)
# What stands before a date that is written with two digits for the year.
_CUE = re.compile(
    r"(?:\b(?:dated?|on|born|dob|d\.o\.b|birth|since|until|exam|taken|recorded|acquired|obtained|"
    r"performed|admitted|admission|discharged|visit|scan|photographed|biopsied|am|le|vom|el)"
    r"\b\.?[ :(]{1,3})$",
    re.IGNORECASE,
)
# What makes a series of numbers of it: a unit behind it or a list before it.
_UNIT = re.compile(
    r" ?(?:%|-|mg|g\b|kg|ml|mm|cm|m?l\b|µ|u[gml]|iu|hz|days?|weeks?|months?|years?|h\b|min|s\b|"
    r"per |each|respectively|patients|points?|fold|units?|schedule|regimen|cells|grid|rule)",
    re.IGNORECASE,
)
_SERIES = re.compile(
    r"(?:= ?|\b(?:lot|batch|no\.?|number|cat\.?|doses?|days?|weeks?|months?|weights?|"
    r"dilut\w{1,6}|ratios?|version|v|levels?|series|positions?|at|"
    r"grades?|scores?|titres?|titers?|sizes?)[ :]{1,2})$",
    re.IGNORECASE,
)


def find_dates(text: str) -> Iterator[Span]:
    """Yield the dates of a text that has a digit."""
    if _THREE_PARTS.search(text):
        yield from (match.span() for match in _NUMERIC.finditer(text))
        yield from (match.span() for match in _SHORT.finditer(text) if _is_short_date(match))
    for match in _COMPACT.finditer(text):
        if not _SERIES.search(text[max(match.start() - 20, 0) : match.start()]):
            yield match.span()
    if _MONTH_BESIDE.search(text):
        yield from (match.span() for match in _SPELLED.finditer(text))
        yield from (match.span("value") for match in _YEARLESS.finditer(text))
        yield from (match.span("value") for match in _MONTHLY.finditer(text))


def _is_short_date(match: re.Match[str]) -> bool:
    """Tell ``08.05.19`` from ``10-20-40`` and ``1.0.31``, by its form and by what is around it."""
    one, two = int(match["one"]), int(match["two"])
    if not (0 < min(one, two) <= 12 and max(one, two) <= 31):
        return False
    before, text = match.string[max(match.start() - 20, 0) : match.start()], match.string
    if _CUE.search(before):
        return True
    if _UNIT.match(text, match.end()) or _SERIES.search(before):
        return False
    padded = len(match["one"]) == len(match["two"]) == 2
    return padded and ("0" in (match["one"][0], match["two"][0]) or match["sep"] == "/")
