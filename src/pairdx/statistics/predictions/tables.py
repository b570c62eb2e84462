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
from pairdx.statistics.scores.classification import Predictions

log = logging.getLogger(__name__)

SHARED = ("id", "article_id", "label")  # what must not depend on the model


def read_predictions(path: Path) -> Predictions:
    """Read and check a prediction table.

    Raises:
        PairdxError: it is missing, damaged or empty, breaks a rule of ``PREDICTIONS``, or there
            are fewer than two classes.
    """
    table = read_table(path, PREDICTIONS)
    if table.num_rows == 0:
        raise PairdxError(f"{path}: no rows; run `dvc repro` to predict the test split again")
    actual, predicted = (
        pc.index_in(table[name], value_set=pa.array(LABELS)).to_numpy().astype(np.int64)
        for name in ("label", "predicted")
    )
    if len(np.unique(actual)) < 2:
        raise PairdxError(f"{path}: label has a single class; metrics need pairs of two or more")
    return Predictions(
        articles=np.unique(table["article_id"].to_numpy(), return_inverse=True)[1],
        actual=actual,
        predicted=predicted,
        probabilities=np.column_stack([table[f"p_{label}"].to_numpy() for label in LABELS]),
    )


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
