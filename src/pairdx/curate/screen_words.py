"""Which of the words read in an image could identify a person.

What does depends on the class: the dates along a chart's axis stay, those that a recorder writes
over an endoscope's picture go, with its clock and its fields. Lead names, `R`/`L`, scale bars,
panel letters, kV and mA match no rule. The rules read what a network read, in which a digit or a
stroke may be wrong, so that they ask for the form of a date and not for a date.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pairdx.curate.overlay_words import GIVEN_NAMES, LEGENDS
from pairdx.curate.scrub_captions import find_identifiers

# An overlay is what a hospital's machines write: its name, the fields of an endoscope's recorder.
KINDS = ("date", "name", "record_number", "contact", "overlay")
Row = dict[str, Any]

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
_LABELLED_NAME = re.compile(
    r"(?<!\w)(?:(?:(?:patient|pt|last|first|sur|given|family)['\u2019s]{0,2}[ .]?)?name|patient|pt|"
    r"physician|doctor|operator|tech|ref(?:erred by|\.? ?phys\w*|\.? ?by|\.? ?dr))\.? ?[:;=] ?"
    r"(?:[^\W\d_]\.? ?)?[^\W\d_]{2}",
    re.I,
)
# MR and DR in capitals are how the image was made, unless a point says otherwise.
_TITLED = re.compile(r"\b(?:(?:MR|MRS|MS|DR|PROF)\. ?|(?:Mr|Mrs|Ms|Dr|Prof)\.? ?)[A-Z][^\W\d_]{2}")
_HOSPITAL = re.compile(
    r"[^\W\d_]{3}.{0,40}\b(?:hosp(?:ital)?\b|clinic|klinik|infirmary|medical cent|university\b)"
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
_SURE_NAME = 0.75  # confidence that a name without a label needs; traces read as text have less
_SHORTEST_NAME = 8  # letters that no legend explains
_FEWEST_LETTERS = 5  # different ones; a trace that was taken for text is NMMAAN
_KINDS = {
    "date": "date",
    "record_number": "record_number",
    "name": "name",
    "old_age": "overlay",
}


@dataclass(frozen=True)
class Region:
    """A box of the original image, end excluded, and what kind of thing is in it."""

    left: int
    top: int
    right: int
    bottom: int
    kind: str
    sure: bool = True  # False: for a person to look at, nothing is done about it


def find_in_words(words: Sequence[Row], label: str, min_confidence: float) -> list[Region]:
    """Return the regions of ``words`` (rows of ``WORD``) that could identify a person.

    Args:
        words: what was read in one image.
        label: the pair's class.
        min_confidence: what was read less surely is left for a person to look at.
    """
    found: dict[int, str] = {}
    for line in _lines(words, label):
        for first, last, kind in _kinds_in_line([words[index]["text"] for index in line], label):
            for index in line[first : last + 1]:
                found.setdefault(index, kind)
    if label == "endoscopy":
        _add_recorder(words, found, min_confidence)
    return [
        _region(words[index], kind, _is_sure(words[index], kind, label, min_confidence))
        for index, kind in sorted(found.items())
    ]


def _is_sure(word: Row, kind: str, label: str, min_confidence: float) -> bool:
    if label == "endoscopy" and kind == "overlay":
        return True  # where it stands tells, not what was read
    # A chart's dates are its axis and its table; only a date of birth is somebody's.
    stays = label == "chart" and kind == "date" and not _BIRTH.search(word["text"])
    guessed = kind == "name" and _is_name(word["text"])
    return not stays and word["confidence"] >= max(min_confidence, _SURE_NAME * guessed)


def _region(word: Row, kind: str, sure: bool) -> Region:
    """A word's box, wider by its height at both ends, where a faint letter is often missed."""
    height = word["bottom"] - word["top"]
    return Region(
        max(0, word["left"] - height), word["top"], word["right"] + height, word["bottom"],
        kind, sure,
    )  # fmt: skip


def _lines(words: Sequence[Row], label: str) -> Iterator[list[int]]:
    """Yield the words that stand side by side, as indices from left to right.

    What a field is called and what it holds are often two regions. In a chart nothing is joined:
    its labels stand side by side and belong to different things.
    """
    order = sorted(range(len(words)), key=lambda index: words[index]["left"])
    lines: list[list[int]] = []
    for index in order:
        for line in lines if label != "chart" else ():
            if _side_by_side(words[line[-1]], words[index]):
                line.append(index)
                break
        else:
            lines.append([index])
    yield from lines


def _side_by_side(left: Row, right: Row) -> bool:
    height = min(left["bottom"] - left["top"], right["bottom"] - right["top"])
    shared = min(left["bottom"], right["bottom"]) - max(left["top"], right["top"])
    return shared > 0.6 * height and right["left"] - left["right"] < 2 * height


def _kinds_in_line(texts: Sequence[str], label: str) -> Iterator[tuple[int, int, str]]:
    """Yield which words of a line are identifiers: first, last, kind; the surest first."""
    joined, starts = "", []
    for text in texts:
        starts.append(len(joined))
        joined += f"{text} "
    for start, end, kind in _spans(joined.rstrip(), label):
        touched = [
            index
            for index, (begin, text) in enumerate(zip(starts, texts, strict=True))
            if begin < end and start < begin + len(text)
        ]
        yield touched[0], touched[-1], kind
    if label != "chart":
        yield from ((n, n, "name") for n, text in enumerate(texts) if _is_name(text))
        if len(texts) > 1 and _is_name(joined.strip()):
            yield 0, len(texts) - 1, "name"


def _spans(line: str, label: str) -> Iterator[tuple[int, int, str]]:
    patterns = [("date", _BIRTH), ("name", _LABELLED_NAME), ("record_number", _RECORD)]
    patterns += [("name", _TITLED), ("date", _DATE)]
    if label != "chart":
        patterns += [("date", _CLOCK), ("record_number", _LONG_NUMBER), ("overlay", _HOSPITAL)]
    for kind, pattern in patterns:
        yield from ((*match.span(), kind) for match in pattern.finditer(line))
    if label == "chart" and not any(map(str.isalpha, line)):
        return  # an axis
    for found in find_identifiers(line):
        yield found.start, found.end, _KINDS.get(found.kind, "contact")


def _is_name(text: str) -> bool:
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


def _add_recorder(words: Sequence[Row], found: dict[int, str], min_confidence: float) -> None:
    """Add what an endoscope's recorder writes: numbers of any form, and what stands with them."""
    clear = {n for n, word in enumerate(words) if word["confidence"] >= min_confidence}
    for index, word in enumerate(words):
        if _is_numeric(word["text"]):
            found.setdefault(index, "date")
        elif index in clear and _FIELD.fullmatch(word["text"]):
            found.setdefault(index, "overlay")
    block = clear & set(found)
    waiting = list(block)
    while waiting:
        line = words[waiting.pop()]
        near = {n for n, word in enumerate(words) if n not in block and _in_block(line, word)}
        found.update(dict.fromkeys(near, "overlay"))
        block |= near
        waiting += near


def _is_numeric(text: str) -> bool:
    """Whether a region is a number, or the end of a date or a clock that the edge cut off."""
    digits = sum(char.isdigit() for char in text)
    enough = digits >= 3 or (digits == 2 and bool(set("/:") & set(text)))
    return enough and bool(_NUMERIC.fullmatch(text))


def _in_block(one: Row, other: Row) -> bool:
    """Whether two regions are lines of one block: below each other, a line apart at most."""
    height = max(one["bottom"] - one["top"], other["bottom"] - other["top"])
    apart = max(one["top"], other["top"]) - min(one["bottom"], other["bottom"])
    beside = max(one["left"], other["left"]) - min(one["right"], other["right"])
    return apart < 1.5 * height and beside < height
