"""Which pairs people are asked to look at, and which of several readers looks at which.

Pairs are chosen by what was found in them, not by their class, because what people then say
changes the pairs. They are drawn by a digest of the seed and their id, not by position: another
order of the data chooses the same ones, new data replaces few of them, and a decision taken changes
nothing, so that a second reader finds the pairs that the first one had.
"""

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import Field

from pairdx.core.params import Section
from pairdx.pages.pictures import CloseUp
from pairdx.readers.spreadsheet import visible


class ReviewParams(Section):
    """At most so many pairs of each group, spread over what was found in them."""

    section: ClassVar[str] = "review"
    borderline: int = Field(ge=0)  # the rules were unsure
    passed: int = Field(ge=0)  # left as they are
    removed: int = Field(ge=0)  # masked, cropped or dropped
    readers: int = Field(ge=1, le=9)  # people who share the pairs out
    overlap: float = Field(ge=0, le=1)  # share of the pairs that all of them read
    thumbnail: int = Field(ge=64, le=1024)  # pixels of its longer side


Row = dict[str, Any]
GROUPS = ("borderline", "passed", "removed")
ALL = 0  # the number of the reader that stands for every reader


@dataclass(frozen=True)
class Case:
    """A pair as the page shows it: what earlier readers said is left out, so as to sway nobody."""

    id: str
    label: str
    group: str
    reader: int  # ``ALL``, or who reads it
    proposed: str  # what the rules alone do
    reasons: tuple[str, ...]
    caption: str
    spans: tuple[tuple[int, int, str], ...]  # start, end, kind; sorted
    acted_on: frozenset[tuple[int, int, str]]  # those of the spans that the rules mask or drop for
    content: str
    width: int  # of the original image, in whose pixels the boxes are
    height: int
    image: str  # data URI
    # left, top, right, bottom, kind, and what: masked | doubtful | word | face
    boxes: tuple[dict[str, Any], ...]
    close_ups: tuple[CloseUp, ...]

    @property
    def pieces(self) -> list[tuple[str, str, bool]]:
        """The caption in pieces: text, the kind of identifier or '', whether it is acted on."""
        pieces, position = [], 0
        text = visible(self.caption)
        for span in self.spans:
            start, end, kind = span
            if start < position or end > len(text):
                continue
            pieces.append((text[position:start], "", False))
            pieces.append((text[start:end], kind, span in self.acted_on))
            position = end
        return [piece for piece in [*pieces, (text[position:], "", False)] if piece[0]]

    @property
    def found(self) -> bool:
        """Whether there is anything to mask."""
        return bool(self.spans) or any(box["what"] in ("masked", "doubtful") for box in self.boxes)


def group_of(row: Mapping[str, Any]) -> str:
    """Return the group of a row of ``SCREENED``, by what the rules alone say."""
    if row["borderline"]:
        return "borderline"
    return "passed" if row["proposed"] == "kept" else "removed"


def choose(rows: Iterable[Row], params: ReviewParams, seed: int) -> list[Row]:
    """Return the pairs to look at, with their ``group`` and ``reader``.

    They come in the order of their digests, groups mixed, so that a reader who stops half-way has
    seen a fair part of each.

    Args:
        rows: rows of ``SCREENED`` whose image can be shown.
        params: section ``review``.
        seed: from which the choice is drawn.
    """
    groups: dict[str, list[Row]] = {group: [] for group in GROUPS}
    for row in rows:
        groups[group_of(row)].append(row)
    chosen = []
    for group, members in groups.items():
        picked = _spread(members, getattr(params, group), seed)
        readers = _share_out(len(picked), params)
        chosen += [
            row | {"group": group, "reader": reader}
            for row, reader in zip(picked, readers, strict=True)
        ]
    return sorted(chosen, key=lambda row: _digest(row["id"], seed))


def _spread(rows: Sequence[Row], count: int, seed: int) -> list[Row]:
    """Take ``count`` rows, one for each set of reasons in turn: the first of all, then a second."""
    drawn: list[tuple[int, str, Row]] = []
    seen: dict[tuple[str, ...], int] = defaultdict(int)
    for digest, row in sorted(
        ((_digest(row["id"], seed), row) for row in rows), key=lambda pair: pair[0]
    ):
        reasons = tuple(row["reasons"] or ())
        drawn.append((seen[reasons], digest, row))
        seen[reasons] += 1
    drawn.sort(key=lambda entry: entry[:2])
    return [row for _, _, row in drawn[:count]]


def _share_out(count: int, params: ReviewParams) -> list[int]:
    """Return the number of the reader of each pair; ``ALL`` for those that everybody reads."""
    if params.readers == 1:
        return [ALL] * count
    shared = math.ceil(count * params.overlap)
    return [ALL if i < shared else 1 + i % params.readers for i in range(count)]


def _digest(id_: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}\0{id_}".encode()).hexdigest()
