"""Cases worth a look: where two models agree and are right, agree and are wrong, or differ."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pairdx.errors import PairdxError
from pairdx.evaluate.together import read_together


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
