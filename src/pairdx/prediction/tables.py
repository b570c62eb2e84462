"""The predictions of several models for the same pairs, row by row."""

import logging
from collections.abc import Sequence
from pathlib import Path

from pairdx.core.errors import PairdxError
from pairdx.core.schema import PREDICTIONS, read_table
from pairdx.statistics.scores.classification import Predictions, read_predictions

log = logging.getLogger(__name__)

SHARED = ("id", "article_id", "label")  # what must not depend on the model


def tables_of(folder: Path, models: Sequence[str]) -> list[Path]:
    """The table of each model; one of a model that is no longer compared is told.

    DVC leaves the outputs of a stage that is gone, and they count as a change of ``folder``.
    """
    for path in sorted(folder.glob("*.parquet")):
        if path.stem not in models:
            log.warning("%s: of no model in params.yaml's `models`; not read: delete it", path)
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
    left, right = (read_table(path, PREDICTIONS, SHARED).to_pylist() for path in (first, second))
    if len(left) != len(right):
        raise PairdxError(
            f"{second}: {len(right)} rows, but {first} has {len(left)}; models are compared on the "
            "same pairs: run `dvc repro` to predict again"
        )
    for row, (a, b) in enumerate(zip(left, right, strict=True)):
        for name in SHARED:
            if a[name] != b[name]:
                raise PairdxError(
                    f"{second}: {name} = {b[name]!r} in row {row}, but {a[name]!r} in {first}; "
                    "models are compared on the same pairs: run `dvc repro` to predict again"
                )
