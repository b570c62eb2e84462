"""Which of the words read in an image could identify a person.

What they are told by is the picture, never the pair's class. Dates, names and numbers that a label
or their form gives away go from every picture. Guesses go as well, unless the picture is printed
text: there words that nobody has listed are the rule, and three dates are an axis or a table. Over
a scene in colour the recorder of an endoscope, or a camera, writes a block of numbers and fields;
the whole of it goes. Lead names, `R`/`L`, scale bars, panel letters, kV and mA match no rule.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pairdx.curate.scrub.word_rules import (
    Span,
    find_spans,
    is_birth,
    is_field,
    is_name,
    is_numeric,
    is_unexplained,
)

# An overlay is what a hospital's machines write: its name, the fields of an endoscope's recorder.
KINDS = ("date", "name", "record_number", "contact", "overlay")
SURE_NAME = 0.75  # confidence that a name without a label needs; traces read as text have less
# On 806 real images charts have a light of 0.37 to 0.98, and endoscopy of 0.30 at most; endoscopy
# has a colour of 36 to 155, photographs 29 to 107, and all but a few of radiology 0.
PRINTED = 0.35  # share of light from which a picture is printed: a chart, paper, a form
SCENE = 25.0  # colour from which a picture that is not printed is a scene in colour
FEW_WORDS = 4  # regions of words nobody has listed, up to which one of them stands out as a name
SERIES = 3  # dates from which those of a printed picture are an axis or a table

Row = dict[str, Any]


@dataclass(frozen=True)
class Region:
    """A box of the original image, end excluded, and what kind of thing is in it."""

    left: int
    top: int
    right: int
    bottom: int
    kind: str
    sure: bool = True  # False: for a person to look at, nothing is done about it


@dataclass(frozen=True)
class Found:
    """Why a word goes: its kind, and whether that is guessed or told by where it stands."""

    kind: str
    guessed: bool = False
    in_block: bool = False  # of a recorder, whatever was read there


def find_in_words(facts: Mapping[str, Any], min_confidence: float) -> list[Region]:
    """Return the regions of an image's words that could identify a person.

    Args:
        facts: ``words``, ``colour`` and ``light`` of a row of ``SCAN``.
        min_confidence: what was read less surely is left for a person to look at.
    """
    words: Sequence[Row] = facts["words"]
    if not words:
        return []
    printed = facts["light"] >= PRINTED
    crowded = printed and sum(is_unexplained(word["text"]) for word in words) > FEW_WORDS
    found: dict[int, Found] = {}
    for line in _lines(words, printed):
        for span in _found_in_line([words[index]["text"] for index in line]):
            for index in line[span.start : span.end]:
                if not (span.guessed and crowded):
                    found.setdefault(index, Found(span.kind, span.guessed))
    if facts["colour"] >= SCENE and not printed:
        _add_recorder(words, found, min_confidence)
    series = _series(words, found) if printed else ()
    regions = []
    for index, one in sorted(found.items()):
        sure = index not in series and _is_read(words[index], one, min_confidence)
        regions.append(_region(words[index], one.kind, sure))
    return regions


def _series(words: Sequence[Row], found: Mapping[int, Found]) -> list[int]:
    """Return the dates of an axis or a table. One of birth is somebody's, and none of these."""
    dates = [
        index
        for index, one in found.items()
        if one.kind == "date" and not is_birth(words[index]["text"])
    ]
    return dates if len(dates) >= SERIES else []


def _is_read(word: Row, found: Found, min_confidence: float) -> bool:
    """Whether a word was read surely enough for what it was found to be."""
    needed = SURE_NAME if found.guessed and found.kind == "name" else 0.0
    return found.in_block or word["confidence"] >= max(min_confidence, needed)


def _region(word: Row, kind: str, sure: bool) -> Region:
    """A word's box, wider by its height at both ends, where a faint letter is often missed."""
    height = word["bottom"] - word["top"]
    return Region(
        max(0, word["left"] - height), word["top"], word["right"] + height, word["bottom"],
        kind, sure,
    )  # fmt: skip


def _lines(words: Sequence[Row], printed: bool) -> list[list[int]]:
    """Return the words that stand side by side, as indices from left to right.

    What a field is called and what it holds are often two regions. In print only a colon joins
    them: the labels of an axis stand side by side and belong to different things.
    """
    order = sorted(range(len(words)), key=lambda index: words[index]["left"])
    lines: list[list[int]] = []
    for index in order:
        for line in lines:
            left = words[line[-1]]
            joined = not printed or left["text"].endswith((":", "=", "#"))
            if joined and _side_by_side(left, words[index]):
                line.append(index)
                break
        else:
            lines.append([index])
    return lines


def _side_by_side(left: Row, right: Row) -> bool:
    height = min(left["bottom"] - left["top"], right["bottom"] - right["top"])
    shared = min(left["bottom"], right["bottom"]) - max(left["top"], right["top"])
    return shared > 0.6 * height and right["left"] - left["right"] < 2 * height


def _found_in_line(texts: Sequence[str]) -> Iterator[Span]:
    """Yield which words of a line are identifiers, as spans of words; the surest first."""
    joined, starts = "", []
    for text in texts:
        starts.append(len(joined))
        joined += f"{text} "
    for span in find_spans(joined.rstrip()):
        touched = [
            index
            for index, (begin, text) in enumerate(zip(starts, texts, strict=True))
            if begin < span.end and span.start < begin + len(text)
        ]
        yield span._replace(start=touched[0], end=touched[-1] + 1)
    yield from (Span(n, n + 1, "name", True) for n, text in enumerate(texts) if is_name(text))
    if len(texts) > 1 and is_name(joined.strip()):
        yield Span(0, len(texts), "name", True)


def _add_recorder(words: Sequence[Row], found: dict[int, Found], min_confidence: float) -> None:
    """Add what a recorder writes: numbers of any form, and what stands with them."""
    clear = {n for n, word in enumerate(words) if word["confidence"] >= min_confidence}
    for index, word in enumerate(words):
        if is_numeric(word["text"]):
            found.setdefault(index, Found("date"))
        elif index in clear and is_field(word["text"]):
            found.setdefault(index, Found("overlay"))
    block = clear & set(found)
    waiting = list(block)
    while waiting:
        line = words[waiting.pop()]
        near = {n for n, word in enumerate(words) if n not in block and _in_block(line, word)}
        for index in near:
            kind = found[index].kind if index in found else "overlay"
            found[index] = Found(kind, in_block=True)
        block |= near
        waiting += near


def _in_block(one: Row, other: Row) -> bool:
    """Whether two regions are lines of one block: below each other, a line apart at most."""
    height = max(one["bottom"] - one["top"], other["bottom"] - other["top"])
    apart = max(one["top"], other["top"]) - min(one["bottom"], other["bottom"])
    beside = max(one["left"], other["left"]) - min(one["right"], other["right"])
    return apart < 1.5 * height and beside < height
