"""Scores on another source's pairs, and what is lost against the test split.

A folder may lack classes. Its scores follow the rule of ``classification``: macro-F1 is the mean
over the classes that are there as a label or as a prediction, so that a model which calls
something a class that is not there pays for it; balanced accuracy and AUROC are means over the
classes that are there, and a single class has no AUROC.

For the drop the test split is cut down to the classes of the folder, or it would compare classes
and not sources. The two sets are drawn independently of one another, and a drop is taken to know no
more than the set with fewer articles, by their effective number, does.
"""

from typing import Any

import numpy as np

from pairdx.statistics.intervals.bootstrap import DIFFERENCE, Integers, effective_degrees
from pairdx.statistics.intervals.reported import rounded, with_interval
from pairdx.statistics.predictions.summary import ScoreParams, resample, summarise
from pairdx.statistics.scores.classification import Predictions

DROPS = ("accuracy", "macro_f1", "balanced_accuracy", "auroc")


def summarise_external(
    external: Predictions, test: Predictions, params: ScoreParams, seed: int
) -> dict[str, Any]:
    """The metrics of ``external``, those of ``test`` on its classes, and the drops between them.

    Where the test split has none of the classes, there is no drop.
    """
    summary = summarise(external, params, seed)
    there = np.isin(test.actual, external.actual)
    compared = subset(test, there)
    if not there.any():
        return summary | {"test": {"n": 0}}
    outside = resample(external, params, seed)
    inside = resample(compared, params, seed + 1)
    fewer = min((external.articles, compared.articles), key=_degrees)
    for name in DROPS:
        lost = inside[name] - outside[name]
        summary |= with_interval(
            f"{name}_drop", lost[0], lost[1:], params.confidence, fewer, DIFFERENCE
        )
    scores = {name: rounded(inside[name][0]) for name in DROPS}
    return summary | {"test": {"n": int(there.sum()), **scores}}


def _degrees(articles: Integers) -> float:
    return effective_degrees(np.unique(articles, return_counts=True)[1])


def subset(predictions: Predictions, rows: np.ndarray) -> Predictions:
    """Some of the pairs, their articles numbered anew."""
    return Predictions(
        articles=np.unique(predictions.articles[rows], return_inverse=True)[1],
        actual=predictions.actual[rows],
        predicted=predictions.predicted[rows],
        probabilities=predictions.probabilities[rows],
    )
