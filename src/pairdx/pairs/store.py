"""A split of PairDx in memory: its columns, and its images as one tensor.

The images are decoded once, to uint8 at the model's own size: 22,665 pairs at 224 pixels are
3.4 GB, and an epoch then costs no decoding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, PAIRS, read_table

if TYPE_CHECKING:
    from torch import Tensor

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
    images: list[bytes]

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.ids)

    @cached_property
    def targets(self) -> "Tensor":
        """The labels as class numbers, int64 of shape ``(N,)``."""
        import torch

        return torch.tensor([LABELS.index(label) for label in self.labels])


def read_pairs(path: Path, group: int | None = None) -> Pairs:
    """Read one split, or one row group of it.

    Raises:
        PairdxError: the table is missing, damaged or empty, or holds a label outside the six.
    """
    table = read_table(path, PAIRS, COLUMNS, group=group)
    if not table.num_rows:
        raise PairdxError(f"{path}: the split is empty")
    _check_labels(path, table["label"].to_pylist())
    return to_pairs(table)


def to_pairs(table: pa.Table) -> Pairs:
    """Hold the ``COLUMNS`` of a table in memory."""
    ids, articles, cases, figures, labels, captions = (
        table[name].to_pylist() for name in COLUMNS[:-1]
    )
    images = [
        image for chunk in table["image"].chunks for image in chunk.field("bytes").to_pylist()
    ]
    return Pairs(ids, articles, cases, figures, labels, captions, images)


def _check_labels(path: Path, labels: Sequence[str]) -> None:
    unknown = sorted(set(labels) - set(LABELS))
    if unknown:
        raise PairdxError(f"{path}: label {unknown[0]!r}; allowed are {', '.join(LABELS)}")
