"""Which pairs people are asked to label, and what they are shown of them.

`doubtful` are the pairs of train and validation that the audit doubts most; `drawn` are pairs of
the test split by lot, so that what readers say of them holds for the split. Both come mixed, by a
digest of the seed and the id: a reader who stops half-way has seen a fair part of each, and new
data replaces few of the drawn.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tqdm import tqdm

from pairdx.core.decode import decode
from pairdx.evidence.labels.params import LabelSheetParams
from pairdx.pages.pictures import thumbnail
from pairdx.pairs.store import Pairs
from pairdx.readers.spreadsheet import visible

Row = Mapping[str, Any]
GROUPS = ("doubtful", "drawn")


@dataclass(frozen=True)
class LabelCase:
    """A pair as the page shows it; what earlier readers said is left out, so as to sway nobody."""

    id: str
    group: str
    given: str
    suggested: str
    quality: float
    caption: str
    image: str  # data URI


def choose(rows: Iterable[Row], params: LabelSheetParams, seed: int) -> list[tuple[str, Row]]:
    """Choose rows of the audit's table, and return them with their groups in the page's order."""
    learned: list[Row] = []
    test: list[Row] = []
    for row in rows:
        (test if row["split"] == "test" else learned).append(row)
    learned.sort(key=lambda row: (row["quality"], row["id"]))
    test.sort(key=lambda row: _digest(row, seed))
    chosen = [("doubtful", row) for row in learned[: params.doubtful]]
    chosen += [("drawn", row) for row in test[: params.drawn]]
    return sorted(chosen, key=lambda pair: _digest(pair[1], seed))


def build_cases(
    chosen: Sequence[tuple[str, Row]], splits: Iterable[Pairs], params: LabelSheetParams
) -> list[LabelCase]:
    """Put caption and image beside what was chosen."""
    wanted = {row["id"] for _, row in chosen}
    shown = {
        id_: (caption, image)
        for pairs in splits
        for id_, caption, image in zip(pairs.ids, pairs.captions, pairs.images, strict=True)
        if id_ in wanted
    }
    return [
        LabelCase(
            id=row["id"],
            group=group,
            given=row["label"],
            suggested=row["suggested"],
            quality=row["quality"],
            caption=visible(shown[row["id"]][0]),
            image=thumbnail(decode(shown[row["id"]][1]), params.thumbnail),
        )
        for group, row in tqdm(chosen, desc="label sheet", disable=None)
    ]


def _digest(row: Row, seed: int) -> str:
    return hashlib.sha256(f"{seed}\0{row['id']}".encode()).hexdigest()
