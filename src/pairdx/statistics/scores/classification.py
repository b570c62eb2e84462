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

import numpy as np
import numpy.typing as npt

from pairdx.core.schema import LABELS
from pairdx.statistics.scores.ranking import divide

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


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
