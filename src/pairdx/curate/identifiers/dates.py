"""Dates of a person's life and care, by a grammar of how people write them.

Safe Harbor (45 CFR 164.514(b)(2)) lets the year of a date stand and no other part of it, so that
a month with its year is a date as well. A bare year, a time of day and a day of the stay are left,
and so are dates that are nobody's (`public_dates`). Months are read in six languages, as in scans
of foreign letters.
"""

import re
from collections.abc import Iterator, Sequence

from pairdx.curate.identifiers.public_dates import DatedText, Parts

Span = tuple[int, int]

_ENGLISH = "january|february|march|april|may|june|july|august|september|october|november|december"
_ABROAD = (  # German, Dutch, French, Spanish, Portuguese, Italian
    "januar|janner|janvier|janeiro|januari|enero|gennaio|februar|fevrier|fevereiro|februari|"
    "febrero|febbraio|marz|maerz|maart|marzo|marco|aprile|abril|avril|mayo|maio|maggio|juni|juin|"
    "junio|junho|giugno|juli|juillet|julio|julho|luglio|augustus|agosto|aout|septembre|"
    "septiembre|setiembre|settembre|setembro|oktober|octobre|octubre|ottobre|outubro|novembre|"
    "noviembre|novembro|dezember|decembre|diciembre|dezembro|dicembre"
)
_SHORT = "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
_SHORT_ABROAD = (  # also words of English: only between a day and a year
    "ene|genn?|febr|fev|mrz|mars|mart|avr|abr|mai|mei|mag|giu|lug|ago|sett?|set|okt|ott|out|dez|dic"
)
_CLEAR_MONTH = rf"(?:(?:{_ENGLISH}|{_ABROAD})(?![a-z])|(?:{_SHORT})(?![a-z])\.?)"
_ANY_MONTH = rf"(?:{_CLEAR_MONTH}|(?:{_SHORT_ABROAD})(?![a-z])\.?)"
_SEASON = r"(?:spring|summer|autumn|winter|christmas|easter|new year(?:'s)?)(?: day| eve)?"
_WEEKDAY = (
    r"\b(?:(?:mon|tue|wed|thu|fri|sat|sun)\.?(?= \d)|(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"(?:lun|mar|mercre|jeu|vendre|same)di|dimanche|"
    r"(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|lunes|martes|miercoles|jueves|viernes|sabado|"
    r"domingo),? (?:the |den |dem )?"
)
_ROMAN = r"(?:[IV]{1,4}|I?X|XI{1,2})"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_FULL = r"(?:19|20)\d\d"
_YEAR = rf"(?:{_FULL}|'\d\d)"
_FREE = r"(?<![\w./:-])"  # not the tail of a longer number
_END = r"(?![\w%]|[./:-]\d)"  # nor the head of one
_SUFFIX = r" ?(?:st|nd|rd|th|h|er)(?![a-z])"  # also misspelt: '3th', '30h'
_ORDINAL = rf"(?:{_SUFFIX}|[.ºª°])?"
_OF = r"[ ,./-]{0,2}(?:(?:day )?(?:of|de|del|di|do) )?"
_TO = r"(?: ?[-/&,] ?| (?:to|and|or|through|until|till|y|e|a|und|et|bis) )"
_DAYS = rf"{_DAY}{_ORDINAL}(?:{_TO}{_DAY}{_ORDINAL}){{0,3}}"  # '3-5', '12th and 19th'
_WITH_YEAR = r",? ?(?:of )?\d{4}(?!\d)"
_IN_WORDS = (  # 'the twenty-first of June'
    r"(?:the )?(?:(?:twenty|thirty)[- ])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|"
    r"ninth|tenth|eleventh|twelfth|[a-z]{4,6}teenth|twentieth|thirtieth)(?: day)? of"
)
_PART_OF = r"(?:\b(?:early|mid|late|beginning of|end of)[ -])?"


def _numeric(key: str) -> str:
    """Return the pattern of a date in digits; its groups are named by ``key``."""
    return (
        rf"(?:{_FULL}(?P<a{key}>[-/.]|\. ){_MONTH}(?P=a{key}){_DAY}"
        rf"|{_DAY}(?P<b{key}>[-/.]| ?[-/.] ){_MONTH}(?P=b{key}){_FULL}"
        rf"|{_MONTH}(?P<c{key}>[-/.]| ?[-/.] ){_DAY}(?P=c{key}){_FULL}"
        rf"|{_DAY}(?P<d{key}>[-/. ]){_ROMAN}(?P=d{key}){_YEAR})"
    )


_NUMERIC = re.compile(
    rf"(?:(?i:{_WEEKDAY})|{_FREE})(?:{_DAY}[./-](?:{_MONTH}[./]?)?{_TO})?"
    rf"{_numeric('1')}(?:{_TO}{_numeric('2')})?(?:{_END}|(?=T\d))"
    rf"|{_FULL} ?[年년] ?\d{{1,2}} ?[月월](?: ?\d{{1,2}} ?[日일])?"
)
_SPELLED = re.compile(
    rf"(?:{_WEEKDAY}|{_FREE})"
    rf"(?:{_DAY}{_ORDINAL}{_OF}{_ANY_MONTH}{_TO})?"
    rf"(?:{_DAYS}{_OF}|\b{_IN_WORDS} ){_ANY_MONTH}{_OF}(?:{_YEAR}|\d\d(?=[),;]|$)){_END}"
    rf"|{_FREE}{_DAY}(?P<s>[-/.]){_ANY_MONTH}(?P=s)\d\d{_END}"
    rf"|(?:{_WEEKDAY})?\b(?:{_ANY_MONTH} ?{_DAY}{_ORDINAL}{_TO})?"
    rf"{_ANY_MONTH}[ /-]?(?:the )?{_DAYS}[ ,./-]{{1,3}}(?:of )?{_YEAR}{_END}"
    rf"|{_FREE}{_FULL}[ ,/.-]{{1,2}}{_ANY_MONTH}[ -]?{_DAY}{_ORDINAL}{_END}",
    re.IGNORECASE,
)
_MONTHLY = re.compile(
    rf"{_PART_OF}\b(?P<month>{_CLEAR_MONTH}|(?P<season>{_SEASON}|(?<=in )fall))"
    rf"(?:{_TO}{_CLEAR_MONTH})?"
    rf"(?:,? ?(?:of |de |del )?|[-/ ]{{1,3}}){_YEAR}{_END}",
    re.IGNORECASE,
)
_WITH_DAY = re.compile(  # and no year
    rf"(?P<ordinal>\b(?:{_DAY}{_SUFFIX}(?:[ -](?:day )?of)?[ -]|{_IN_WORDS} )(?P<m1>{_CLEAR_MONTH})"
    rf"|\b(?P<m2>{_CLEAR_MONTH}) (?:the )?{_DAY}{_SUFFIX})(?!\w|-\w|{_WITH_YEAR})"
    rf"|(?P<weekday>{_WEEKDAY})?(?:{_FREE}{_DAYS}\.?[ -](?:of |de )?(?P<m3>{_CLEAR_MONTH})"
    rf"|\b(?P<m4>{_CLEAR_MONTH}) {_DAYS}){_END}(?!{_WITH_YEAR})",
    re.IGNORECASE,
)
_IN_MONTH = re.compile(  # no 'in May-Thurner anatomy', 'by March et al.'
    r"\b(?:(?:[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y|[Dd]uring|[Ff]rom|[Ll]ast) (?:early |mid-?|late )?|"
    rf"(?:[Ee]arly|[Mm]id|[Ll]ate)[ -])(?P<value>{_ENGLISH.title()})\b"
    r"(?! ?\d|-[A-Z]|'s? | [A-Z]| fracture| h[ae]moglob| et al| and (?:colleagues|co-?workers))"
)
_MONTH_AND_YEAR = re.compile(  # in digits
    r"(?:\b(?:in|on|from|since|dated?|until|taken|born|and|to|ct|mri|x-?rays?|scans?|films?|"
    r"photos?|surgery|operation|\w{3,12}(?:gram|graph|graphy|scopy|tomy)s?) |[(:] ?)"
    rf"(?P<value>{_MONTH}[/.-]{_FULL}){_END}",
    re.IGNORECASE,
)
_DILUTED = re.compile(r"\b(?:anti|dilut|clone|immuno|stain)|1/[12]\d?00\b", re.IGNORECASE)
_DAY_AND_MONTH = re.compile(  # in digits
    r"\b(?:(?:on|dated?|since|until|from|am|vom)(?: the|:)? "
    rf"(?P<dotted>(?:0[1-9]|[12]\d|3[01])\.(?:0[1-9]|1[0-2])\.(?!\d))"
    rf"|(?:on|dated?)(?: the|:)? (?P<value>{_DAY}/0[1-9]|0[1-9]/{_DAY}"
    rf"|(?:1[3-9]|2\d|3[01])/{_MONTH}|{_MONTH}/(?:1[3-9]|2\d|3[01]))"
    r"(?=[),;]|\.? ?$|\. [A-Z]| (?:show|reveal|demonst|and)))",
    re.IGNORECASE,
)
_DAY_MONTH_YY = re.compile(
    rf"{_FREE}(?P<one>\d{{1,2}})(?P<sep>[-/.])(?P<two>\d{{1,2}})(?P=sep)(?P<three>\d\d){_END}"
)
_COMPACT = re.compile(
    rf"(?<![\w./:#-]){_FULL}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:{_END}|(?=[T_]\d))"
)
# Most captions have none of these, and need not be searched for the long patterns.
_DIGIT = re.compile(r"\d")
_THREE_PARTS = re.compile(r"\d ?[-/.年년 ] ?[\dIVX]")
_MONTH_NAMED = re.compile(
    r"(?:\b|\d)(?:jan|ene|gen|feb|fev|mar|mrz|mae|maa|apr|abr|avr|may|mai|mag|mei|jun|jui|giu|jul|"
    r"lug|aug|ago|aou|sep|set|oct|okt|ott|out|nov|dec|dez|dic|spr|sum|aut|win|fall|chr|eas|new)",
    re.IGNORECASE,
)
_CUE = re.compile(  # before a day and month without a year, or a year of two digits
    r"(?:\b(?:dated?|on|born|dob|d\.o\.b|birth|since|until|exam|taken|recorded|acquired|"
    r"obtained|performed|admitted|admission|discharged|visit|scan|scans|photographed|biopsied|am|"
    r"le|vom|el)\b\.?[ :(]{1,3}(?:the )?)$",
    re.IGNORECASE,
)
_IMAGED = re.compile(  # an image or an event, right before a date
    r"\b(?:ct|mri|us|x-?rays?|cxr|scans?|films?|photos?|echo|ecg|ekg|eeg|surgery|"
    r"operation|consultation|examination|report|letter|review|appointment|"
    r"\w{3,12}(?:gram|graph|graphy|scopy|tomy)s?)(?: of| from|,|:)? $",
    re.IGNORECASE,
)
_OPENED = re.compile(r"(?:^|[(\[:;,] ?| - |\b(?:and|to|or|between|of|after|before) )$")
_CLOSED = re.compile(
    r"$|[)\],;:.]| ?[([]|(?P<goes_on> (?:show|reveal|demonstrat|depict|at|before|after|and|to|"
    r"until|with|when|was|were|-))"
)
# What makes a series of numbers of it: a unit behind it or a list before it.
_UNIT = re.compile(
    r" ?(?:%|-|mg|g\b|kg|ml|mm|cm|m?l\b|µ|u[gml]|iu|hz|days?|weeks?|months?|years?|h\b|min|s\b|"
    r"per |of \d|each|respectively|patients|points?|fold|units?|schedule|regimen|cells|grid|rule)",
    re.IGNORECASE,
)
_SERIES = re.compile(
    r"(?:= ?|\b(?:lot|batch|no\.?|number|cat\.?|days?|weeks?|months?|version|v|series|positions?|"
    r"at)[ :]{1,2}|\b(?:doses?|weights?|dilut\w{1,6}|ratios?|levels?|apgar|gcs|icd|grades?|scores?|"
    r"titres?|titers?|sizes?)[ :(]{1,3})$",
    re.IGNORECASE,
)
_VERBS = ("may", "march", "mar")  # no months in lower case unless a year or 'on' says so


def find_dates(text: str) -> Iterator[Span]:
    """Yield the dates that are a person's."""
    found = list(_find(text))
    dated, axis = DatedText(text), bool(found) and _is_axis(text, [span for span, _ in found])
    for span, parts in found:
        if not (dated.is_public(*span, parts) or (axis and parts != "all")):
            yield span


def _is_axis(text: str, spans: Sequence[Span]) -> bool:
    """Tell whether there is nothing but dates: 'Jan 2019 Feb 2019', read under a chart."""
    rest = bytearray(map(str.isalpha, text))
    for start, end in spans:
        rest[start:end] = bytes(end - start)
    return not any(rest)


def _find(text: str) -> Iterator[tuple[Span, Parts]]:
    """Yield what is written as a date, the longer forms first, and how much of one it has."""
    if digits := bool(_DIGIT.search(text)):
        yield from ((span, "all") for span in _in_digits(text))
    if not _MONTH_NAMED.search(text):
        return
    if digits:
        yield from ((match.span(), "all") for match in _SPELLED.finditer(text))
        for match in _MONTHLY.finditer(text):
            if _is_month(match["month"]):
                yield match.span(), "season" if match["season"] else "some"
        yield from ((match.span(), "some") for match in _WITH_DAY.finditer(text) if _is_day(match))
    yield from ((match.span("value"), "month") for match in _IN_MONTH.finditer(text))


def _in_digits(text: str) -> Iterator[Span]:
    if _THREE_PARTS.search(text):
        yield from (match.span() for match in _NUMERIC.finditer(text))
        yield from _short_dates(text)
    for match in _COMPACT.finditer(text):
        if not _SERIES.search(text[max(match.start() - 20, 0) : match.start()]):
            yield match.span()
    if "/" in text or "-" in text or "." in text:
        for match in _MONTH_AND_YEAR.finditer(text):
            if not (match["value"].startswith("1/") and _DILUTED.search(text)):
                yield match.span("value")
        yield from (match.span(match.lastgroup or 0) for match in _DAY_AND_MONTH.finditer(text))


def _short_dates(text: str) -> Iterator[Span]:
    """Yield dates with two digits for the year; one of them speaks for those of its form."""
    valid = [match for match in _DAY_MONTH_YY.finditer(text) if _is_valid(match)]
    forms = {match["sep"] for match in valid if _is_short(match)}
    for match in valid:
        if _is_short(match) or (match["sep"] in forms and not _is_counted(match)):
            yield match.span()


def _is_month(word: str) -> bool:
    """Tell months from verbs, and October from optical coherence tomography."""
    word = word.rstrip(".")
    return word != "OCT" and word not in _VERBS


def _is_day(match: re.Match[str]) -> bool:
    """Tell '(16th August)', 'on 3 March' and 'April 1.' from '5 May show it'."""
    month = next(filter(None, (match[f"m{number}"] for number in range(1, 5))))
    if not (month[0].isupper() or len(month) > 5) or not _is_month(month):
        return False
    if match["ordinal"] or match["weekday"]:
        return True
    before = match.string[max(match.start() - 24, 0) : match.start()]
    if _CUE.search(before):
        return True
    closed = _CLOSED.match(match.string, match.end())
    if not closed:
        return month.endswith(".") and bool(_OPENED.search(before))  # 'of 17 Feb. she'
    unclear = month.lower() in _VERBS and closed["goes_on"]  # '5 May show it'
    abbreviated = len(month) < 4 and month.isupper()
    return bool(not unclear and not abbreviated and _OPENED.search(before))


def _is_short(match: re.Match[str]) -> bool:
    """Tell ``08.05.19`` from ``10-20-40`` and ``1.0.31``, by its form and by what is around it."""
    before, text = match.string[max(match.start() - 24, 0) : match.start()], match.string
    if _CUE.search(before):
        return True
    one, two, three = int(match["one"]), int(match["two"]), int(match["three"])
    if _is_counted(match) or 30 < three < 85:  # the years of care, not of birth
        return False
    if _IMAGED.search(before):
        return True
    slashes, padded = match["sep"] == "/", len(match["one"]) == len(match["two"]) == 2
    if padded and (slashes or "0" in (match["one"][0], match["two"][0])):
        return True
    alone = before.endswith("(") and text[match.end() : match.end() + 1] in (")", ",", ";")
    return slashes and (alone or (max(one, two) > 12 and not one < two < three))


def _is_valid(match: re.Match[str]) -> bool:
    one, two = int(match["one"]), int(match["two"])
    return 0 < min(one, two) <= 12 and max(one, two) <= 31


def _is_counted(match: re.Match[str]) -> bool:
    """Tell a series of doses, grades or weights, by the unit behind it or the list before it."""
    before = match.string[max(match.start() - 24, 0) : match.start()]
    return bool(_UNIT.match(match.string, match.end()) or _SERIES.search(before))
