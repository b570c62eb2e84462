"""What a line that was read in an image says: a date, a number, a name, or nothing of the kind.

The rules read what a network read, in which a digit or a stroke may be wrong and spaces get lost,
so that they ask for the form of a date and not for a date.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pairdx.curate.identifiers.captions import find_identifiers
from pairdx.curate.scrub.overlay_words import GIVEN_NAMES, LEGENDS

_MONTH = r"(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)[A-Z]{0,6}\.?"
_DATE = re.compile(
    r"(?<![\d./-])(?:"  # a letter may stand before it: spaces get lost
    r"\d{1,2}(?P<s>[/-])\d{1,2}(?P=s)\d{2,4}"
    r"|\d{1,2}\.\d{1,2}\.(?:19|20)\d\d"
    r"|(?:19|20)\d\d(?P<t>[/.-])\d{1,2}(?P=t)\d{1,2}"
    r"|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    rf"|\d{{1,2}}[ /.-]?{_MONTH}[ ,/.-]{{0,2}}(?:(?:19|20)\d\d|\d\d)"
    rf"|{_MONTH}[ .]?\d{{1,2}}[ ,]{{1,2}}(?:19|20)\d\d"
    r")(?![\w/-])",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?<![\w:])\d{1,2}[:;]\d\d[:;]\d\d(?![\d:])|\b\d{1,2}:\d\d ?[AP]M\b", re.I)
_BIRTH = re.compile(r"(?<!\w)(?:D\.?O\.?B(?![A-Z])|BIRTH|BORN\b|GEB(?![A-Z])).{0,12}\d", re.I)
_RECORD = re.compile(
    r"(?<!\w)(?:ID|MRN|UHID|PID|HN|NHS|SSN|ACC(?:ESSION)?|(?:PATIENT|PAT|PT|HOSP(?:ITAL)?|CASE|"
    r"EXAM|STUDY|FILE|REG|RECORD|ADM)\.?\s?(?:ID|NO|NR|NUM(?:BER)?|#))\.?\s?(?:NO\b)?\s?"
    r"[.:;#=]{0,2}\s?(?=[\w/-]{0,8}\d{3})[\w/-]{4,20}",
    re.I,
)
_LONG_NUMBER = re.compile(r"(?<![\w.,/-])\d{7,12}(?![\w.,/-])")
_AXIS = re.compile(r"[\d.,-]+(?: [\d.,-]+){2,}")
_LABELLED_NAME = re.compile(
    r"(?<!\w)(?:(?:(?:patient|pt|last|first|sur|given|family)['\u2019s]{0,2}[ .]?)?name|patient|pt|"
    r"physician|doctor|operator|tech|ref(?:erred by|\.? ?phys\w*|\.? ?by|\.? ?dr))\.? ?[:;=] ?"
    r"(?:[^\W\d_]\.? ?)?[^\W\d_]{2}",
    re.I,
)
# MR and DR in capitals are how the image was made, unless a point says otherwise.
_TITLED = re.compile(r"\b(?:(?:MR|MRS|MS|DR|PROF)\. ?|(?:Mr|Mrs|Ms|Dr|Prof)\.? ?)[A-Z][^\W\d_]{2}")
_HOSPITAL = re.compile(
    r"[^\W\d_]{3}.{0,40}\b(?:hosp(?:ital)?\b|clinics?\b|klinik|infirmary|medical cent|university\b)"
    r"|\b(?:hospital|h[o\u00f4]pital|clinic|klinik|university|univ|institute|infirmary)\b\.? "
    r"[^\W\d_]{2}",
    re.I,
)
_PART = r"[^\W\d_][^\W\d_'\u2019-]+"
_WITH_COMMA = re.compile(rf"({_PART}(?: {_PART})?) ?[,^] ?({_PART})(?: [^\W\d_]\.?)?\.?")
_IN_CAPITALS = re.compile(r"[A-Z'\u2019-]{2,}(?: [A-Z'\u2019-]{1,})*\.?")
_CAPITALISED = re.compile(rf"(?!.*\d)(?:{_PART}|[A-Z]\.?)(?: (?:{_PART}|[A-Z]\.?)){{1,2}}")
_NUMERIC = re.compile(r"\W{0,2}[\d/:;.,<>()|lIDO -]{3,}\W?")  # as read: 0 may be D or O, 1 l or I
_FIELD = re.compile(r"[^\W\d_.]{1,7}[.:;=]+.{0,12}|(?:[A-Z0-9]\.){2,}.?", re.I)
_LONGEST_FIRST = sorted(LEGENDS, key=lambda legend: (-len(legend), legend))
_FINDING = re.compile(  # how medicine ends its words, and names rarely do
    r"\w*(?:graphy|gram|grams|scopy|scopic|itis|ectomy|ology|osis|plasty|otomy|opathy|metry|emia|"
    r"uria|ation|ement|ility)\b"
)
_SHORTEST_NAME = 8  # letters that no legend explains
_FEWEST_LETTERS = 5  # different ones; a trace that was taken for text is NMMAAN
_KINDS = {  # of captions, to those of images; an age, say, is none here
    "date": "date",
    "record_number": "record_number",
    "name": "name",
    "email": "contact",
    "phone": "contact",
    "address": "contact",
    "link": "contact",
}


class Span(NamedTuple):
    """Part of a line that is an identifier."""

    start: int
    end: int
    kind: str
    guessed: bool  # no label stands beside it, and its form alone may be that of something else


_TOLD = (
    ("date", _BIRTH),
    ("name", _LABELLED_NAME),
    ("record_number", _RECORD),
    ("name", _TITLED),
    ("date", _DATE),
    ("date", _CLOCK),
)
_GUESSED = (("record_number", _LONG_NUMBER), ("overlay", _HOSPITAL))


def find_spans(line: str) -> Iterator[Span]:
    """Yield what is an identifier in a line, the surest first."""
    yield from _matches(line, _TOLD, guessed=False)
    if _AXIS.fullmatch(line):
        return
    yield from _matches(line, _GUESSED, guessed=True)
    if not any(map(str.isalpha, line)):
        return
    for found in find_identifiers(line):
        if found.kind in _KINDS:
            yield Span(found.start, found.end, _KINDS[found.kind], guessed=False)


def _matches(
    line: str, patterns: Iterable[tuple[str, re.Pattern[str]]], *, guessed: bool
) -> Iterator[Span]:
    for kind, pattern in patterns:
        yield from (Span(*match.span(), kind, guessed) for match in pattern.finditer(line))


def is_name(text: str) -> bool:
    """Whether a region is a person's name and nothing else."""
    if len(set(filter(str.isalpha, text))) < _FEWEST_LETTERS:
        return False
    if match := _WITH_COMMA.fullmatch(text):
        return all(_is_unknown(part, 2) for part in match.groups())
    if _IN_CAPITALS.fullmatch(text):
        return _is_unknown(text, _SHORTEST_NAME)
    words = text.casefold().replace(".", "").split()
    known = any(word in GIVEN_NAMES for word in words)
    return known and bool(_CAPITALISED.fullmatch(text)) and not LEGENDS.intersection(words)


def is_unexplained(text: str) -> bool:
    """Whether a region holds a word that machines and radiographers do not write."""
    return _is_unknown(text, _FEWEST_LETTERS)


def is_birth(text: str) -> bool:
    """Whether a date of birth stands in the text."""
    return bool(_BIRTH.search(text))


def is_field(text: str) -> bool:
    """Whether a region is a field of a recorder: a short word and a colon, letters with points."""
    return bool(_FIELD.fullmatch(text))


def is_numeric(text: str) -> bool:
    """Whether a region is a number, or the end of a date or a clock that the edge cut off.

    A row of one sign is the marks of a ruler.
    """
    digits = sum(char.isdigit() for char in text)
    enough = digits >= 3 or (digits == 2 and bool(set("/:") & set(text)))
    enough = enough and len(set(text)) > 1
    return enough and bool(_NUMERIC.fullmatch(text))


def _is_unknown(text: str, letters: int) -> bool:
    """Whether enough letters are left when all legends are taken out, spaces read or not."""
    left = "".join(char for char in text.casefold() if char.isalpha() or char == " ")
    total = len(left.replace(" ", ""))
    left = _FINDING.sub("", left)
    words = left.split()
    if any(word in GIVEN_NAMES for word in words) and not LEGENDS.intersection(words):
        return True
    for legend in _LONGEST_FIRST:
        if len(legend) >= 4 or legend in words:
            left = left.replace(legend, "")
    unknown = len(left.replace(" ", ""))
    return unknown >= letters and unknown > 0.7 * total
