"""The predictions of several models on the same pairs, row by row."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pairdx.errors import PairdxError
from pairdx.evaluate.classification import Predictions, read_predictions
from pairdx.schema import PREDICTIONS, read_table


def read_aligned(path: Path, ids: Sequence[str]) -> Predictions:
    """Read a prediction table in the order of ``ids``, the test split's.

    Raises:
        PairdxError: it is no prediction table, or it holds other pairs.
    """
    predictions = read_predictions(path)
    rows = {
        id_: row for row, id_ in enumerate(read_table(path, PREDICTIONS, ["id"])["id"].to_pylist())
    }
    if rows.keys() != set(ids):
        other = sorted(rows.keys() ^ set(ids))[0]
        raise PairdxError(
            f"{path}: not the pairs of the test split (id {other!r} is in one of them only); "
            "run `dvc repro` to predict again"
        )
    order = np.array([rows[id_] for id_ in ids])
    return Predictions(
        predictions.articles[order],
        predictions.actual[order],
        predictions.predicted[order],
        predictions.probabilities[order],
    )


def named(paths: Sequence[Path], ids: Sequence[str]) -> dict[str, Predictions]:
    """Read several tables; each is named by its file."""
    return {path.stem: read_aligned(path, ids) for path in paths}
