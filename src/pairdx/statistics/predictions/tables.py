"""Tables of predictions, of one model or of several for the same pairs, read and checked."""

import logging
from collections.abc import Sequence
from functools import reduce
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, PREDICTIONS, read_table
from pairdx.statistics.scores.classification import Integers, Predictions

log = logging.getLogger(__name__)

SUM_TOLERANCE = 1e-4  # float32 softmax over six classes is off by 1e-6 at most, float16 by 1e-3
TIE_TOLERANCE = 1e-6  # a prediction may lose to a tied class by rounding only
SHARED = ("id", "article_id", "label")  # what must not depend on the model


def read_predictions(path: Path) -> Predictions:
    """Read and check a prediction table.

    Raises:
        PairdxError: a column is missing or has empty cells, a label is not one of the six, an id
            appears twice, probabilities are no probabilities, the prediction is not the most
            probable class, or there are fewer than two classes.
    """
    table = read_table(path, PREDICTIONS)
    _check_complete(table, path)
    predictions = Predictions(
        articles=np.unique(table["article_id"].to_numpy(), return_inverse=True)[1],
        actual=_classes(table, "label", path),
        predicted=_classes(table, "predicted", path),
        probabilities=np.column_stack([table[f"p_{label}"].to_numpy() for label in LABELS]),
    )
    _check_probabilities(predictions, table["id"], path)
    if len(np.unique(predictions.actual)) < 2:
        raise PairdxError(f"{path}: label has a single class; metrics need pairs of two or more")
    return predictions


def _check_complete(table: pa.Table, path: Path) -> None:
    if table.num_rows == 0:
        raise PairdxError(f"{path}: no rows; run `dvc repro` to predict the test split again")
    for name in table.column_names:
        if table[name].null_count:
            raise PairdxError(f"{path}: {name} has {table[name].null_count} empty cells; fill all")
    counts = pc.value_counts(table["id"]).flatten()
    repeated = counts[0].filter(pc.greater(counts[1], 1))
    if len(repeated):
        raise PairdxError(f"{path}: id {repeated[0].as_py()!r} appears twice; one row a pair")


def _classes(table: pa.Table, column: str, path: Path) -> Integers:
    """Positions of the labels of ``column`` in ``LABELS``."""
    found = pc.index_in(table[column], value_set=pa.array(LABELS))
    if found.null_count:
        row = pc.index(found.is_null(), True).as_py()
        raise PairdxError(
            f"{path}: {column} = {table[column][row].as_py()!r} (id {table['id'][row].as_py()!r}); "
            f"allowed are {', '.join(LABELS)}"
        )
    return found.to_numpy().astype(np.int64)


def _check_probabilities(predictions: Predictions, ids: pa.ChunkedArray, path: Path) -> None:
    """Stop at the first row whose probabilities are none, or disagree with the prediction."""
    values = predictions.probabilities
    in_range = ((values >= 0) & (values <= 1)).all(axis=1)  # NaN compares false
    totals = values.sum(axis=1)
    of_predicted = np.take_along_axis(values, predictions.predicted[:, None], axis=1)[:, 0]
    for passed, what in (
        (in_range, "every probability must be a number from 0 to 1"),
        (np.abs(totals - 1) <= SUM_TOLERANCE, "the six probabilities must sum to 1"),
        (
            of_predicted >= predictions.confidence - TIE_TOLERANCE,
            "predicted must be the most probable class",
        ),
    ):
        if not passed.all():
            row = int(np.argmin(passed))
            told = ", ".join(f"{value:.6g}" for value in values[row])
            raise PairdxError(f"{path}: p_* = {told} (id {ids[row].as_py()!r}); {what}")


def tables_of(folder: Path, models: Sequence[str]) -> list[Path]:
    """The table of each model; one of a model that is no longer compared is told.

    DVC leaves the outputs of a stage that is gone, and they count as a change of ``folder``.
    """
    for path in sorted(folder.glob("*.parquet")):
        if path.stem not in models:
            log.warning("%s: of no model in params.yaml's `compared`; not read: delete it", path)
    return [folder / f"{name}.parquet" for name in models]


def read_together(
    paths: Sequence[Path], ids: Sequence[str] | None = None
) -> dict[str, Predictions]:
    """Read prediction tables by the name of their model, which is that of the file.

    Args:
        paths: one table a model.
        ids: of the pairs that they must be of, in order; None: those of the first table.

    Raises:
        PairdxError: a table is damaged, two are of one name, or they are not of the same pairs.
    """
    tables = {}
    for path in paths:
        if path.stem in tables:
            raise PairdxError(f"{path}: a second table of {path.stem!r}; one a model is needed")
        tables[path.stem] = read_predictions(path)
        _check_same_pairs(paths[0], path)
    if ids is not None:
        _check_ids(paths[0], ids)
    return tables


def _check_ids(path: Path, ids: Sequence[str]) -> None:
    found = read_table(path, PREDICTIONS, ["id"])["id"].to_pylist()
    if len(found) != len(ids):
        raise PairdxError(
            f"{path}: predictions of {len(found)} pairs, but the split has {len(ids)}; run "
            "`dvc repro` to predict again"
        )
    for row, (predicted, id_) in enumerate(zip(found, ids, strict=True)):
        if predicted != id_:
            raise PairdxError(
                f"{path}: id = {predicted!r} in row {row}, but {id_!r} in the split; run "
                "`dvc repro` to predict again"
            )


def _check_same_pairs(first: Path, second: Path) -> None:
    """Stop at the first row in which the two tables are of another pair."""
    left, right = (read_table(path, PREDICTIONS, SHARED) for path in (first, second))
    if len(left) != len(right):
        raise PairdxError(
            f"{second}: {len(right)} rows, but {first} has {len(left)}; models are compared on the "
            "same pairs: run `dvc repro` to predict again"
        )
    other = [pc.not_equal(left[name], right[name]) for name in SHARED]
    row = pc.index(reduce(pc.or_, other), True).as_py()
    if row >= 0:
        name = next(name for name in SHARED if left[name][row] != right[name][row])
        raise PairdxError(
            f"{second}: {name} = {right[name][row].as_py()!r} in row {row}, but "
            f"{left[name][row].as_py()!r} in {first}; models are compared on the same pairs: run "
            "`dvc repro` to predict again"
        )
