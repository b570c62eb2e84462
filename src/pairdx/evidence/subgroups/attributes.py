"""Which group of patients or pictures each pair belongs to, attribute by attribute.

What is not known is a group of its own: leaving it out would hide a model that is worse where the
records are worse.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pairdx.core.errors import PairdxError
from pairdx.core.schema import PAIRS, read_table
from pairdx.evidence.subgroups.params import SubgroupsParams

UNKNOWN = "unknown"
NO_CAPTION = "none"
COLUMNS = ("id", "sex", "age", "license", "subtype", "caption")

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Attribute:
    """A way to divide the pairs; ``groups`` are those that occur."""

    name: str
    groups: tuple[str, ...]
    member: Integers  # (N,), position in ``groups``


def read_attributes(path: Path, params: SubgroupsParams) -> tuple[list[str], list[Attribute]]:
    """Return the ids of a split's pairs, and the groups they are in.

    Raises:
        PairdxError: the table is missing, damaged or empty.
    """
    table = read_table(path, PAIRS, COLUMNS)
    if not table.num_rows:
        raise PairdxError(f"{path}: the split is empty")
    return table["id"].to_pylist(), attributes_of(table, params)


def attributes_of(table: pa.Table, params: SubgroupsParams) -> list[Attribute]:
    """Divide the pairs of a table with the ``COLUMNS`` in five ways."""
    ages = [_band(age, params.ages) for age in table["age"].to_pylist()]
    words = [len((caption or "").split()) for caption in table["caption"].to_pylist()]
    lengths = [_band(count, params.caption_words) if count else NO_CAPTION for count in words]
    return [
        _by_name("sex", table["sex"].to_pylist()),
        _attribute("age", ages, _bands(params.ages)),
        _by_name("license", table["license"].to_pylist()),
        _by_name("subtype", table["subtype"].to_pylist()),
        _attribute("caption_words", lengths, [NO_CAPTION, *_bands(params.caption_words)]),
    ]


def _bands(edges: Sequence[int]) -> list[str]:
    """Name the bands that ``edges`` part, from the lowest."""
    inner = [f"{low}-{high - 1}" if high - low > 1 else str(low) for low, high in pairwise(edges)]
    return [f"under {edges[0]}", *inner, f"{edges[-1]} and over"]


def _band(value: float | None, edges: Sequence[int]) -> str:
    """Return the name of the band of ``value``; an edge belongs to the band above it."""
    if value is None or np.isnan(value):
        return UNKNOWN
    return _bands(edges)[int(np.searchsorted(edges, value, side="right"))]


def _by_name(name: str, values: Sequence[str | None]) -> Attribute:
    told = [(value or "").strip() or UNKNOWN for value in values]
    return _attribute(name, told, sorted(set(told)))


def _attribute(name: str, values: Sequence[str], order: Iterable[str]) -> Attribute:
    """Keep the groups that occur, in their ``order``; the unknown come last."""
    known = [group for group in order if group in set(values) and group != UNKNOWN]
    groups = (*known, *([UNKNOWN] if UNKNOWN in values else []))
    return Attribute(name, groups, np.array([groups.index(value) for value in values]))
