"""Cases worth a look: where two models agree and are right, agree and are wrong, or differ."""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from pydantic import Field

from pairdx.core.errors import PairdxError
from pairdx.statistics.intervals.params import WithIntervals
from pairdx.statistics.predictions.tables import read_together


def draw_cases(
    predictions: Sequence[Path], ids: Sequence[str], count: int, seed: int
) -> dict[str, list[int]]:
    """Draw up to ``count`` pairs of each kind from the ``predictions`` of two models.

    Returns:
        kind -> positions in ``ids``, in order.

    Raises:
        PairdxError: a table is missing or of other pairs, or there are not two.
    """
    if len(predictions) != 2:
        raise PairdxError(
            f"--predictions: {len(predictions)} given; the tables of two models are needed"
        )
    first, second = read_together(predictions, ids).values()
    agree = first.predicted == second.predicted
    kinds = {
        "right": agree & first.correct,
        "wrong": agree & ~first.correct,
        "disputed": ~agree,
    }
    generator = np.random.default_rng(seed)
    drawn = {}
    for kind, mask in kinds.items():
        rows = generator.permutation(np.flatnonzero(mask))[:count]
        drawn[kind] = sorted(int(row) for row in rows)
    return drawn


class ExplainParams(WithIntervals):
    """Cases for the page, and a sample of the test pairs on which explanations are scored."""

    section: ClassVar[str] = "explain"
    cases: int = Field(ge=0, le=200)  # of each kind: right, wrong, disputed
    pairs: int = Field(ge=1)  # whose regions and words are removed and inserted; at most all
    regions: int = Field(ge=2, le=32)  # of an image, a side
    steps: int = Field(ge=2, le=100)  # from the whole input to nothing
    random_orders: int = Field(ge=1, le=100)  # a pair: what an explanation has to beat
    map_cells: int = Field(ge=1)  # a side: the least that a Grad-CAM map of convolutions has
    thumbnail: int = Field(ge=32, le=2048)  # pixels of the longer side
