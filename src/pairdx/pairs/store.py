"""A split of PairDx: its columns in memory, its images in their file.

Encoded they are 40 KB each on real data, 900 MB of 22,665 pairs; who trains on them has them
decoded (see :mod:`pairdx.pairs.pixel_cache`).
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, overload

import pyarrow as pa

from pairdx.core.contracts import check_rows
from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, PAIRS, open_table, read_table, readable

if TYPE_CHECKING:
    from torch import Tensor

AT_HAND = 32  # row groups of encoded images, 256 images each: 300 MB on real data
COLUMNS = ("id", "article_id", "case_id", "figure_id", "label", "caption", "image")


@dataclass(frozen=True)
class Pairs:
    """The rows of one split, column by column; ``images`` holds encoded bytes."""

    ids: list[str]
    articles: list[str]
    cases: list[str]
    figures: list[str]
    labels: list[str]
    captions: list[str]
    images: Sequence[bytes]

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.ids)

    @cached_property
    def targets(self) -> "Tensor":
        """The labels as class numbers, int64 of shape ``(N,)``."""
        import torch

        return torch.tensor([LABELS.index(label) for label in self.labels])


def read_pairs(path: Path, group: int | None = None) -> Pairs:
    """Read one split, or one row group of it with its images.

    Raises:
        PairdxError: the table is missing, damaged or empty, or breaks a rule of ``PAIRS``.
    """
    columns = COLUMNS[:-1] if group is None else COLUMNS
    table = read_table(path, PAIRS, columns, group=group)
    if not table.num_rows:
        raise PairdxError(f"{path}: the split is empty")
    return _pairs(table, StoredImages(path)) if group is None else to_pairs(table)


class StoredImages(Sequence[bytes]):
    """The encoded images of a table, read a row group at a time as they are asked for.

    The file stays open: its images are those of one moment, whatever is written in its place.

    Raises:
        PairdxError: the file is missing or damaged, then or later.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._file = path, open_table(path, COLUMNS[-1:])
        groups, metadata = range(self._file.num_row_groups), self._file.metadata
        self._ends = list(accumulate(metadata.row_group(group).num_rows for group in groups))
        self._at_hand: dict[int, list[bytes]] = {}

    def __len__(self) -> int:
        """Return the number of images."""
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, row: int) -> bytes: ...
    @overload
    def __getitem__(self, row: slice) -> list[bytes]: ...
    def __getitem__(self, row: int | slice) -> bytes | list[bytes]:
        """Return one image, or the images of a slice."""
        if isinstance(row, slice):
            return [self[number] for number in range(len(self))[row]]
        row = range(len(self))[row]  # from the end where it is negative
        group = bisect_right(self._ends, row)
        return self._read(group)[row - self._ends[group]]  # from the end of the group

    def __iter__(self) -> Iterator[bytes]:
        """Yield one image after another."""
        return (image for group in range(len(self._ends)) for image in self._read(group))

    def _read(self, group: int) -> list[bytes]:
        """Return the images of a row group; the one that came first leaves for it."""
        found = self._at_hand.get(group)
        if found is None:
            with readable(self._path):
                table = self._file.read_row_group(group, [COLUMNS[-1]], use_threads=False)
            check_rows(self._path, table, PAIRS, self._ends[group] - len(table))
            found = _encoded(table)
            if len(self._at_hand) == AT_HAND:
                del self._at_hand[next(iter(self._at_hand))]
            self._at_hand[group] = found
        return found


def to_pairs(table: pa.Table) -> Pairs:
    """Hold the ``COLUMNS`` of a table in memory."""
    return _pairs(table, _encoded(table))


def _pairs(table: pa.Table, images: Sequence[bytes]) -> Pairs:
    ids, articles, cases, figures, labels, captions = (
        table[name].to_pylist() for name in COLUMNS[:-1]
    )
    return Pairs(ids, articles, cases, figures, labels, captions, images)


def _encoded(table: pa.Table) -> list[bytes]:
    return [image for chunk in table["image"].chunks for image in chunk.field("bytes").to_pylist()]
