"""A model's test scores with and without the pairs whose label the audit doubts.

Suspects are pairs on which another model is sure of another class: leaving them out raises nearly
any model's score, whether their labels are wrong or they are merely hard. The score without them is
a bound, not the truth; only people can say which it is (see ``agreement``).
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from pairdx.statistics.intervals.bootstrap import (
    DIFFERENCE,
    SCORE,
    SHARE,
    Floats,
    Scale,
    article_weights,
)
from pairdx.statistics.intervals.params import IntervalParams
from pairdx.statistics.intervals.reported import with_interval
from pairdx.statistics.scores.classification import Predictions, accuracy, confusion, macro_f1

WITHOUT = "_without_suspects"


def rescore(
    predictions: Predictions,
    suspects: npt.NDArray[np.bool_],
    params: IntervalParams,
    seed: int,
) -> dict[str, Any]:
    """Score one model on all pairs and on those that are no suspects, and the change.

    Args:
        predictions: N pairs.
        suspects: which of them are, (N,).
        params: section ``check_labels``.
        seed: from which the resamples are drawn.
    """
    generator = np.random.default_rng(seed)
    parts = [
        _score(predictions, suspects, weights)
        for weights in article_weights(predictions.articles, params.resamples, generator)
    ]
    point = _score(predictions, suspects, np.ones((1, len(suspects))))
    summary: dict[str, Any] = {}
    for name, values in point.items():
        resampled = np.concatenate([part[name] for part in parts])
        counted = ~suspects if name.endswith(WITHOUT) else np.ones_like(suspects)
        articles = predictions.articles[counted]
        summary |= with_interval(
            name, values[0], resampled, params.confidence, articles, _scale(name)
        )
    return summary


def _scale(name: str) -> Scale:
    if name.endswith("_change"):
        return DIFFERENCE
    return SHARE if name.startswith("accuracy") else SCORE


def _score(
    predictions: Predictions, suspects: npt.NDArray[np.bool_], weights: Floats
) -> dict[str, Floats]:
    """Both scores and their change, each (R,); NaN where nothing but suspects is left."""
    everything, rest = (
        confusion(counted, predictions.actual, predictions.predicted)
        for counted in (weights, weights * ~suspects)
    )
    scores = {}
    with np.errstate(invalid="ignore"):  # 0 / 0
        for name, measure in (("accuracy", accuracy), ("macro_f1", macro_f1)):
            scores[name] = measure(everything)
            scores[f"{name}{WITHOUT}"] = measure(rest)
            scores[f"{name}_change"] = measure(rest) - measure(everything)
    return scores
