"""By how much a score is too good when pairs of one article are trained and tested on.

Two splits with two test sets would differ by their test pairs as well. So the pairs are dealt into
folds twice, pair by pair (`none`, as the PairDx paper splits) and by whole articles, and every pair
is tested once under each, by a model trained on all other folds: the same test pairs, training sets
of the same size and the same classes, and as many siblings among them as such a split has. The
difference is then taken pair by pair, which leaves little to chance.

Intervals draw articles under both, for siblings share their luck under `none` too. They hold for
the training sets as dealt; `repeats` deals anew and takes the mean.

Shapes: ``N`` pairs, ``R`` resamples.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pairdx.curate.splits.split import deal
from pairdx.statistics.intervals.bootstrap import DIFFERENCE, SHARE, Floats, Integers
from pairdx.statistics.intervals.reported import Summary
from pairdx.statistics.intervals.resamples import Resamples

GROUPINGS = ("none", "article")


@dataclass(frozen=True)
class Fold:
    """Rows to train and to test on, and how they were parted."""

    train: Integers
    test: Integers
    articles: Integers | None  # of all N pairs; None: dealt pair by pair
    seed: int


Measure = Callable[[Fold], npt.NDArray[Any]]  # a value for each test pair
Values = dict[str, Floats]  # by grouping: (N,), the mean over the repeats; NaN: not asked


def cross_measure(
    measures: Mapping[str, Measure],
    labels: npt.NDArray[np.str_],
    articles: Integers,
    folds: int,
    repeats: int,
    seed: int,
) -> dict[str, Values]:
    """Take every measure of every pair, under each grouping.

    Returns:
        name of the measure -> grouping -> (N,).
    """
    found = {name: {by: np.zeros(len(labels)) for by in GROUPINGS} for name in measures}
    for by in GROUPINGS:
        groups = articles if by == "article" else None
        for repeat in range(seed, seed + repeats):
            dealt = deal(labels, groups, folds, repeat)
            for number in np.unique(dealt):
                rows = np.flatnonzero(dealt != number), np.flatnonzero(dealt == number)
                fold = Fold(*rows, groups, repeat)
                for name, measure in measures.items():
                    found[name][by][fold.test] += measure(fold) / repeats
    return found


def summarise(
    values: Values,
    articles: Integers,
    resamples: int,
    confidence: float,
    seed: int,
) -> Summary:
    """The mean under each grouping and their difference, each with its interval."""
    numbers = np.unique(articles, return_inverse=True)[1]
    drawn = Resamples.draw(numbers, resamples, confidence, seed)
    told: Summary = {}
    asked = ~np.isnan(values["none"])
    for name, ours in values.items():
        told |= drawn.mean(name, ours, asked, SHARE)
    inflation = values["none"] - values["article"]
    told |= drawn.mean("inflation", inflation, asked, DIFFERENCE)
    return told
