"""Sets of classes that hold the true one as often as was asked for: split conformal prediction.

A class belongs to the set of a pair if its probability reaches a threshold that validation sets,
and the most probable class always does (LAC). Sadinle, Lei and Wasserman 2019 ("Least Ambiguous
Set-Valued Classifiers with Bounded Error Levels"): of all rules with the same coverage, one
threshold on the probability has the smallest sets; rules that sum probabilities (APS, RAPS) pay for
a coverage that is more even over easy and hard pairs with larger sets, of six classes dearly.

Pairs of one article are alike, so that a hundred pairs of forty articles are forty draws and not a
hundred. Articles are exchangeable, pairs are not: each article counts once, its pairs share its
weight, and a new one could be anywhere (Lee, Barber and Willett 2023, "Distribution-free inference
with hierarchical data"). That covers a pair of a new article, whatever the model and however alike
the pairs: on average over calibrations, and over articles, not over pairs.

- *marginal*: one threshold; classes on which the model is weak may be covered less.
- *class_conditional*: a threshold a class, from its own validation pairs; every class is covered,
  by larger sets. A class of too few articles is in every set.

Shapes: N pairs, K classes.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from pairdx.core.schema import LABELS
from pairdx.evidence.calibration.abstention import ROUNDING, THRESHOLDS
from pairdx.statistics.intervals.bootstrap import Booleans, Floats, Integers, Scale
from pairdx.statistics.intervals.resamples import Resamples
from pairdx.statistics.scores.classification import Predictions

RULES = ("marginal", "class_conditional")
SIZE = Scale(1, len(LABELS))


def threshold_by_article(true: Floats, articles: Integers, level: float) -> float:
    """The highest threshold that the true class of a new article's pair reaches so often.

    It is rounded down, so that what is written is what was applied; 0 where there are too few
    articles for the level, which is then reached by leaving no class out.

    Args:
        true: probability of the true class, (N,).
        articles: of the pairs, (N,).
        level: share of the pairs whose true class shall reach it.
    """
    _, row, pairs = np.unique(articles, return_inverse=True, return_counts=True)
    order = np.argsort(-true, kind="stable")
    reached = np.cumsum(1 / pairs[row[order]])  # articles whose true class is above
    enough = reached >= level * (len(pairs) + 1) - ROUNDING
    if not enough.any():
        return 0.0
    return float(np.floor(true[order[enough.argmax()]] * THRESHOLDS) / THRESHOLDS)


def thresholds(validation: Predictions, level: float) -> dict[str, Floats]:
    """The threshold of each class, (K,), under both rules."""
    true = np.take_along_axis(validation.probabilities, validation.actual[:, None], axis=1)[:, 0]
    of_class = [validation.actual == k for k in range(len(LABELS))]
    marginal = threshold_by_article(true, validation.articles, level)
    return {
        "marginal": np.full(len(LABELS), marginal),
        "class_conditional": np.array(
            [threshold_by_article(true[of], validation.articles[of], level) for of in of_class]
        ),
    }


def members(probabilities: Floats, least: Floats) -> Booleans:
    """Which classes belong to the set of each pair, (N, K), given their thresholds (K,)."""
    best = probabilities.argmax(axis=1)[:, None] == np.arange(probabilities.shape[1])
    return (probabilities >= least) | best


@dataclass(frozen=True)
class Sets:
    """What a rule says of the test pairs."""

    least: Floats  # (K,), from which probability a class belongs
    inside: Booleans  # (N, K)
    actual: Integers  # (N,)

    @property
    def covered(self) -> Booleans:
        """Whether the set holds the true class, (N,)."""
        return np.take_along_axis(self.inside, self.actual[:, None], axis=1)[:, 0]

    @property
    def sizes(self) -> Floats:
        """Classes in the set, (N,)."""
        return self.inside.sum(axis=1).astype(np.float64)


def summarise_sets(
    test: Predictions, validation: Predictions, level: float, drawn: Resamples
) -> dict[str, Any]:
    """Coverage, sizes and single answers of both rules, in all and by class, with intervals.

    Args:
        test: probabilities as they are told.
        validation: probabilities made in the same way.
        level: share of the pairs that shall be covered.
        drawn: resamples of the test articles.
    """
    told: dict[str, Any] = {"level": level}
    for rule, least in thresholds(validation, level).items():
        sets = Sets(least, members(test.probabilities, least), test.actual)
        everyone = np.ones(len(test.actual), dtype=bool)
        told[rule] = {
            "thresholds": dict(zip(LABELS, least.tolist(), strict=True)),
            **_group(sets, everyone, drawn),
            "per_class": {
                label: _group(sets, test.actual == k, drawn) for k, label in enumerate(LABELS)
            },
        }
    return told


def _group(sets: Sets, group: Booleans, drawn: Resamples) -> dict[str, Any]:
    return {
        "n": int(group.sum()),
        **drawn.share("coverage", sets.covered, group),
        **drawn.mean("size", sets.sizes, group, SIZE),
        **drawn.share("single", sets.sizes == 1, group),
    }
