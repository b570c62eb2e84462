"""Ages of 90 years and more, which the Safe Harbor rule of HIPAA wants put into one category.

Ages of groups (a mean, a range), durations and survival are left; so is what is generalised
already, as in '90 years or older' and '>90 years'.
"""

import re
from collections.abc import Iterator

from pairdx.curate.identifiers.kinds import OVER_89

Span = tuple[int, int]

_FREE = r"(?<![\w.,><≥~+-])(?<![><≥] )"
_UNIT = r"(?:years?|yrs?|y)"
_PERSON = (
    r"(?:male|female|man|woman|lady|gentleman|patient|pt|farmer|retiree|pensioner|widow|widower|"
    r"m|f|♂|♀)"
)
_ENOUGH = r"(?!\+| ?(?:years?|yrs?)?(?: of age| old)? (?:or|and) (?:older|above|over|more))"
_OLD = re.compile(
    rf"{_FREE}(?P<value>{OVER_89}(?:(?:[ -]{{1,2}}| ?)(?:{_UNIT}['s]{{0,2}}[ .-]{{0,2}}old"
    rf"|{_UNIT}[ -]of[ -]age|y[-. ]?/?o\b\.?)))(?![a-z]){_ENOUGH}",
    re.IGNORECASE,
)
_AGED = re.compile(
    rf"\b(?:age|aged|ages|age/sex|age, sex)(?: of| was| is|)[ :=]{{1,3}}"
    rf"(?P<value>{OVER_89}(?: ?{_UNIT}\b)?)"
    rf"(?![\w.%/-]?\d|[ -]{{1,3}}(?:\d|to|and \d|day|week|month|min|h\b)){_ENOUGH}",
    re.IGNORECASE,
)
_BESIDE = re.compile(
    rf"(?:\b{_PERSON}|[A-Z][\w'-]{{1,30}}\.?)(?:[ ,(;/-]{{1,3}}| of )(?:aged )?"
    rf"(?P<value>{OVER_89} ?(?:{_UNIT}|Y)\b)"
    rf"{_ENOUGH}(?!['-]| (?:after|of|later|ago|surviv|follow|post)|\.\d)"
    rf"|(?P<slash>(?<![\w.,/-])(?:9\d|10\d) ?(?:(?:{_UNIT}|Y)? ?/ ?(?:M|F|male|female)\b"
    r"|(?:y|Y|yr|yrs)(?: ?[MF]| old)\b|[MF](?=[,;)]| with\b| present)))"
    rf"|\b(?:M|F|male|female) ?/ ?(?P<after>(?:9\d|10\d)(?: ?{_UNIT})?)\b(?![/.]\d)",
)
_GROUP = re.compile(
    r"\b(?:mean|median|average|range|ranging|ranged)\b[ \w,=:±.]{0,15}$"
    r"|\b(?:over|than|between|under|below|above|least|from|to|until)(?: the age of| age)? $",
    re.IGNORECASE,
)


_ANY = re.compile(r"9\d|1[012]\d|[Nn]inety|[Hh]undred|NINETY|HUNDRED")  # most captions end here


def find_old_ages(text: str) -> Iterator[Span]:
    """Yield the ages over 89, with their unit: ``94-year-old``, ``102 years``."""
    if not _ANY.search(text):
        return
    for pattern in (_OLD, _AGED, _BESIDE):
        for match in pattern.finditer(text):
            if not _GROUP.search(text[max(match.start() - 25, 0) : match.start()]):
                yield match.span(match.lastgroup or 0)
