"""A seeded sample of pairs in which every class has its share."""

from collections.abc import Iterable, Sequence
from dataclasses import fields

import numpy as np
import numpy.typing as npt

from pairdx.pairs.store import Pairs


def stratified(labels: Sequence[str], count: int, seed: int) -> npt.NDArray[np.int64]:
    """Draw ``count`` rows in proportion to the classes, or all where there are no more.

    A larger sample of the same rows and seed holds the smaller one.

    Returns:
        Rows in ascending order.
    """
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(labels))
    names = np.asarray(labels, dtype=str)[order]
    places = np.empty(len(order))
    for name in np.unique(names):
        rows = np.flatnonzero(names == name)
        places[rows] = (np.arange(len(rows)) + 0.5) / len(rows)  # evenly from 0 to 1
    return np.sort(order[np.argsort(places, kind="stable")[:count]])


def take(pairs: Pairs, rows: Iterable[int]) -> Pairs:
    """Return some of the pairs, in the order of ``rows``."""
    chosen = list(rows)
    columns = (getattr(pairs, field.name) for field in fields(pairs))
    return Pairs(*([column[row] for row in chosen] for column in columns))
