"""Predictions of one model, and how good they are: accuracy, macro-F1, AUROC.

Every metric takes ``weights``, one row a resample, so that a bootstrap of a thousand resamples is
a handful of matrix products; a row of ones gives the point estimate, which is scikit-learn's.

A class that a resample does not hold cannot be scored. The rule is scikit-learn's, for point
estimates and resamples alike: macro-F1 is the mean over the classes that are present as a label or
as a prediction; balanced accuracy and AUROC are means over the classes present as a label.

Shapes: R resamples, N pairs, K classes in the order of ``LABELS``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, PREDICTIONS, read_table
from pairdx.statistics.scores.ranking import divide

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

SUM_TOLERANCE = 1e-4  # float32 softmax over six classes is off by 1e-6 at most, float16 by 1e-3
TIE_TOLERANCE = 1e-6  # a prediction may lose to a tied class by rounding only


@dataclass(frozen=True)
class Predictions:
    """A prediction table as arrays; classes are positions in ``LABELS``."""

    articles: Integers  # (N,), from 0
    actual: Integers  # (N,)
    predicted: Integers  # (N,)
    probabilities: Floats  # (N, K)

    @property
    def correct(self) -> npt.NDArray[np.bool_]:
        """Where the prediction is the label, (N,)."""
        return self.actual == self.predicted

    @property
    def confidence(self) -> Floats:
        """The probability of the most probable class, (N,)."""
        return self.probabilities.max(axis=1)


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


def confusion(weights: Floats, actual: Integers, predicted: Integers) -> Floats:
    """Weighted confusion matrices, (R, K, K): rows are labels, columns are predictions."""
    classes = len(LABELS)
    cells = np.eye(classes * classes)[actual * classes + predicted]  # (N, K * K)
    return (weights @ cells).reshape(-1, classes, classes)


def accuracy(matrices: Floats) -> Floats:
    """Share of pairs on the diagonal, (R,)."""
    return np.trace(matrices, axis1=1, axis2=2) / matrices.sum(axis=(1, 2))


def per_class(matrices: Floats) -> dict[str, Floats]:
    """Precision, recall, F1 and support, each (R, K); 0 where there is nothing to divide by."""
    hits = np.diagonal(matrices, axis1=1, axis2=2)
    support, calls = matrices.sum(axis=2), matrices.sum(axis=1)
    return {
        "precision": divide(hits, calls, otherwise=0.0),
        "recall": divide(hits, support, otherwise=0.0),
        "f1": divide(2 * hits, support + calls, otherwise=0.0),
        "support": support,
    }


def macro_f1(matrices: Floats) -> Floats:
    """Mean F1 of the classes that are a label or a prediction somewhere, (R,)."""
    present = matrices.sum(axis=1) + matrices.sum(axis=2) > 0
    return _mean(per_class(matrices)["f1"], present)


# What models are compared by, wherever they are.
COMPARED: dict[str, Callable[[Floats], Floats]] = {"accuracy": accuracy, "macro_f1": macro_f1}


def balanced_accuracy(matrices: Floats) -> Floats:
    """Mean recall of the classes that are a label somewhere, (R,)."""
    return _mean(per_class(matrices)["recall"], matrices.sum(axis=2) > 0)


def auroc(weights: Floats, actual: Integers, probabilities: Floats) -> Floats:
    """Mean one-versus-rest area under the ROC curve, (R,); NaN where only one class is left."""
    areas = np.column_stack(
        [_area(weights, actual == k, probabilities[:, k]) for k in range(len(LABELS))]
    )  # (R, K)
    return _mean(areas, ~np.isnan(areas))


def _area(weights: Floats, positive: npt.NDArray[np.bool_], scores: Floats) -> Floats:
    """Probability that a positive outscores a negative, ties counting half; NaN without both.

    The Mann-Whitney form: below each positive lies a run of the sorted negatives, whose weight is
    a difference of cumulative sums.
    """
    negatives = np.flatnonzero(~positive)
    negatives = negatives[np.argsort(scores[negatives], kind="stable")]
    below = np.zeros((len(weights), len(negatives) + 1))
    np.cumsum(weights[:, negatives], axis=1, out=below[:, 1:])
    first = np.searchsorted(scores[negatives], scores[positive], side="left")
    last = np.searchsorted(scores[negatives], scores[positive], side="right")
    of_positive = weights[:, positive]
    wins = (of_positive * (below[:, first] + below[:, last])).sum(axis=1) / 2
    return divide(wins, of_positive.sum(axis=1) * below[:, -1])


def _mean(values: Floats, present: npt.NDArray[np.bool_]) -> Floats:
    """Mean of a row's ``present`` values; NaN for a row without any."""
    total = np.where(present, values, 0).sum(axis=1)
    return divide(total, present.sum(axis=1))
