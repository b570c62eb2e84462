"""Identifiers in captions: dates, e-mails, phones, record numbers, names after a title.

Rules written for figure captions, in which numbers abound that identify nobody (doses,
dilutions, vertebrae, p values) and names stand for diseases, stains and devices. A bare year, an
age and a day of the stay are left: they are what a case is about. Every pattern repeats only
bounded pieces, so that the time is linear in the caption's length.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

KINDS = ("date", "email", "phone", "record_number", "name")


@dataclass(frozen=True, order=True)
class Identifier:
    """Characters ``start`` to ``end`` of a caption, and what they are (one of ``KINDS``)."""

    start: int
    end: int
    kind: str


_TWO = r"(?:0[1-9]|[12]\d|3[01])"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH_NUMBER = r"(?:0?[1-9]|1[0-2])"
_MONTH = (  # a date must have its year, so that 'may' and 'march' do no harm
    r"(?i:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_YEAR = r"(?:(?:19|20)\d\d|['\u2019]\d\d)"
_FREE = r"(?<![\w./:-])"  # not the tail of a longer number
_END = r"(?![\w%]|[./:-]\d)"  # nor the head of one

_DATE = re.compile(
    "|".join(
        [
            rf"{_FREE}(?:19|20)\d\d([-/.]){_MONTH_NUMBER}\1{_DAY}{_END}",
            rf"{_FREE}{_DAY}([-/.]){_MONTH_NUMBER}\2(?:19|20)\d\d{_END}",
            rf"{_FREE}{_MONTH_NUMBER}([-/.]){_DAY}\3(?:19|20)\d\d{_END}",
            rf"{_FREE}{_TWO}([-/.]){_TWO}\4\d\d{_END}",
            rf"{_FREE}{_DAY}(?:st|nd|rd|th)?(?:[ /-]|\sof\s)?{_MONTH}[ ,/-]{{0,2}}{_YEAR}{_END}",
            rf"\b{_MONTH}[ -]?{_DAY}(?:st|nd|rd|th)?[ ,-]{{1,2}}{_YEAR}{_END}",
            rf"{_FREE}(?:19|20)\d\d[ -]{_MONTH}[ -]{_DAY}{_END}",
        ]
    )
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_PHONE_NUMBER = r"\+?(?:\(\+?\d{1,5}\)|\d{1,5})(?:[ ./-]{0,2}(?:\(\d{1,5}\)|\d{1,5})){1,6}"
_PHONE = re.compile(
    "|".join(
        [
            rf"(?i:\b(?:tel(?:ephone)?|(?:tele)?phone|fax|mobile|hotline|whats\s?app)\b"
            rf"(?:\s(?:no|number)\b)?[ .:#]{{0,3}})(?P<labelled>{_PHONE_NUMBER})(?!\w)",
            r"(?P<international>(?<![\w+])(?:\+|00)[1-9]\d{0,2}"
            r"(?:[ ./-]?\(?\d{1,5}\)?){2,5})(?!\w)",
            r"(?P<american>(?<![\w.-])(?:\([2-9]\d\d\) ?|[2-9]\d\d[-.])"
            r"[2-9]\d\d[-.]\d{4})(?![\w-])",
        ]
    )
)
_NUMBER = r"(?:\s?(?:no|nos|nr|num|number|id|identifier|code)\b\.?|\s?#|\s?№)"
_RECORD = re.compile(
    r"(?i:\b(?:"
    r"(?:MRN|UHID|SSN|CPR|NHS|URN|PID|CRN|IPD|OPD)\b" + _NUMBER + r"?"
    r"|(?:medical\srecord|health\srecord|record|hospital|patient|accession|case|file|chart|"
    r"registration|admission|encounter|specimen|insurance|passport|licen[cs]e|"
    r"social\ssecurity|national|identity|identification|study|exam(?:ination)?|unit|folio|"
    r"IP|OP|lab(?:oratory)?|pathology|biopsy|slide)"
    + _NUMBER
    + r"|(?:patient|accession|hospital)(?=\s?[:#=]\s?\S{0,12}\d)"
    r")(?:\s(?:is|was))?[ .:#=-]{0,4})"
    r"(?P<value>(?:[A-Za-z]{1,5}[ /-]?)?\d[A-Za-z\d]*(?:[-/.][A-Za-z\d]+){0,6}(?:\s\d{3,4}){0,3})"
)
_LETTER = r"[^\W\d_]"
_UPPER = r"[A-ZÀ-ÖØ-ÞĀČĆĐĒĘĚĞĪİŁŃŇŌŐØŘŚŞŠŪŮŹŻŽ]"
_WORD = rf"{_UPPER}(?:{_LETTER}|['\u2019-](?={_LETTER})){{1,30}}"
_INITIAL = rf"{_UPPER}\.(?=[ -])"
_PARTICLE = r"(?:de|del|della|der|den|di|da|dos|du|la|le|van|von|bin|ibn|al|el|ten|ter)"
_NAME_REST = rf"(?:[ -](?:{_INITIAL}|(?:{_PARTICLE} ){{0,2}}{_WORD}|{_UPPER}\b)){{0,3}}"
_NAME = rf"(?:{_INITIAL} ?){{0,3}}(?:{_PARTICLE} ){{0,2}}{_WORD}{_NAME_REST}"
# Things that are named after people: 'Dr. Weber's classification', 'Prof. Hodgkin lymphoma'.
_THING = (
    r"(?:classification|disease|syndrome|sign|stain|catheter|tube|scale|score|test|method|"
    r"technique|procedure|operation|criteria|lymphoma|pattern|frame|forceps|retractor|device|"
    r"prosthesis|plate|needle|solution|phenomenon|reflex|law|formula|stage|grading|system)"
)
_TITLED = re.compile(
    rf"\b(?:Mr|Mrs|Ms|Miss|Dr|Drs|Prof|Professor|Doctor|Mme|Herr|Frau|Señora?)\b\.?\s"
    rf"{{1,2}}(?:(?:Dr|Prof)\.?\s)?(?P<value>{_NAME})(?!['\u2019]s\s{_THING}|\s{_THING}|\w)"
)
_LABELLED_NAME = re.compile(
    r"\b(?i:(?:patient(?:['\u2019]s)?\s)?name\s?[:=]\s?|patient\s?:\s)"
    rf"(?P<value>{_UPPER}[\w'\u2019-]{{1,30}}(?:,?[ ^]{_UPPER}[\w'\u2019-]{{0,30}}){{0,3}})"
)


def find_identifiers(caption: str) -> list[Identifier]:
    """Find what could identify a person; the spans are sorted and do not overlap."""
    found = [Identifier(*match.span(), "email") for match in _EMAIL.finditer(caption)]
    found += [
        Identifier(*match.span("value"), "record_number")
        for match in _RECORD.finditer(caption)
        if sum(char.isdigit() for char in match["value"]) >= 4  # 'case no. 2' is no record
    ]
    found += [Identifier(*match.span(), "date") for match in _DATE.finditer(caption)]
    found += _find_phones(caption)
    for pattern in (_TITLED, _LABELLED_NAME):
        found += [Identifier(*match.span("value"), "name") for match in pattern.finditer(caption)]
    return _without_overlaps(found)


def mask(caption: str, identifiers: Sequence[Identifier], kinds: Collection[str]) -> str:
    """Put ``[date]``, ``[name]``, … in the place of the identifiers of these ``kinds``."""
    for identifier in sorted(identifiers, reverse=True):
        if identifier.kind in kinds:
            head, tail = caption[: identifier.start], caption[identifier.end :]
            caption = f"{head}[{identifier.kind}]{tail}"
    return caption


def _find_phones(caption: str) -> list[Identifier]:
    phones = []
    for match in _PHONE.finditer(caption):
        group = match.lastgroup or ""
        if 6 <= sum(char.isdigit() for char in match[group]) <= 15:  # E.164 has at most 15
            phones.append(Identifier(*match.span(group), "phone"))
    return phones


def _without_overlaps(found: Sequence[Identifier]) -> list[Identifier]:
    """Of spans that overlap keep the first in the order given, which is the surer kind."""
    taken = bytearray(max((identifier.end for identifier in found), default=0))
    kept: list[Identifier] = []
    for identifier in found:
        span = slice(identifier.start, identifier.end)
        if not any(taken[span]):
            taken[span] = b"\1" * (identifier.end - identifier.start)
            kept.append(identifier)
    return sorted(kept)
