"""Which of the words read in an image could identify a person.

What does depends on the class: the dates along a chart's axis stay, those that a recorder writes
over an endoscope's picture go, with its clock and its fields. Lead names, `R`/`L`, scale bars,
panel letters, kV and mA match no rule.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pairdx.curate.scrub.word_rules import find_spans, is_birth, is_field, is_name, is_numeric

# An overlay is what a hospital's machines write: its name, the fields of an endoscope's recorder.
KINDS = ("date", "name", "record_number", "contact", "overlay")
SURE_NAME = 0.75  # confidence that a name without a label needs; traces read as text have less

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
    stays = label == "chart" and kind == "date" and not is_birth(word["text"])
    guessed = kind == "name" and is_name(word["text"])
    return not stays and word["confidence"] >= max(min_confidence, SURE_NAME * guessed)


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
    for start, end, kind in find_spans(joined.rstrip(), label):
        touched = [
            index
            for index, (begin, text) in enumerate(zip(starts, texts, strict=True))
            if begin < end and start < begin + len(text)
        ]
        yield touched[0], touched[-1], kind
    if label != "chart":
        yield from ((n, n, "name") for n, text in enumerate(texts) if is_name(text))
        if len(texts) > 1 and is_name(joined.strip()):
            yield 0, len(texts) - 1, "name"


def _add_recorder(words: Sequence[Row], found: dict[int, str], min_confidence: float) -> None:
    """Add what an endoscope's recorder writes: numbers of any form, and what stands with them."""
    clear = {n for n, word in enumerate(words) if word["confidence"] >= min_confidence}
    for index, word in enumerate(words):
        if is_numeric(word["text"]):
            found.setdefault(index, "date")
        elif index in clear and is_field(word["text"]):
            found.setdefault(index, "overlay")
    block = clear & set(found)
    waiting = list(block)
    while waiting:
        line = words[waiting.pop()]
        near = {n for n, word in enumerate(words) if n not in block and _in_block(line, word)}
        found.update(dict.fromkeys(near, "overlay"))
        block |= near
        waiting += near


def _in_block(one: Row, other: Row) -> bool:
    """Whether two regions are lines of one block: below each other, a line apart at most."""
    height = max(one["bottom"] - one["top"], other["bottom"] - other["top"])
    apart = max(one["top"], other["top"]) - min(one["bottom"], other["bottom"])
    beside = max(one["left"], other["left"]) - min(one["right"], other["right"])
    return apart < 1.5 * height and beside < height
