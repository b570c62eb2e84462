"""Means and shares of some pairs with intervals by article, null where there is nothing.

Where all pairs agree, every resample agrees too: a bootstrap would call three of three a certainty.
There, the interval of a share is the exact binomial one (Clopper and Pearson 1934) of as many draws
as there are articles. All others are those of ``bootstrap``.

Shapes: R resamples, N pairs.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from pairdx.statistics.intervals.bootstrap import Booleans, Floats, Integers, article_weights
from pairdx.statistics.intervals.reported import Summary, rounded, with_interval
from pairdx.statistics.scores.ranking import divide


@dataclass(frozen=True)
class Resamples:
    """All pairs, and resamples of their articles."""

    articles: Integers  # (N,)
    weights: Floats  # (1 + R, N): a row of ones, then how often each pair is in each resample
    confidence: float

    @classmethod
    def draw(cls, articles: Integers, resamples: int, confidence: float, seed: int) -> Self:
        """Draw resamples, the same for the same articles and seed."""
        generator = np.random.default_rng(seed)
        ones = np.ones((1, len(articles)))
        drawn = article_weights(articles, resamples, generator)
        return cls(articles, np.concatenate([ones, *drawn]), confidence)

    def summary(self, name: str, values: Floats, group: Booleans | None = None) -> Summary:
        """The first of ``values`` (1 + R,) and the interval of the others, under three keys.

        It is about the pairs of ``group``, or all.
        """
        articles = len(np.unique(self.articles if group is None else self.articles[group]))
        return with_interval(name, values[0], values[1:], self.confidence, articles)

    def mean(self, name: str, values: Floats | Booleans, group: Booleans) -> Summary:
        """The mean of ``values`` (N,) over the pairs of ``group`` (N,); nulls where it is empty.

        A resample without any pair of the group has no mean and is left out.
        """
        pairs = self.weights @ group
        total = self.weights @ np.where(group, values, 0)
        means = divide(total, pairs)
        return self.summary(name, means, group)

    def share(self, name: str, part: Booleans, group: Booleans) -> Summary:
        """The share of ``part`` in ``group``, with the exact interval where it is none or all."""
        found = self.mean(name, part, group)
        if found[name] not in (0.0, 1.0):
            return found
        drawn = len(np.unique(self.articles[group]))
        low, high = _exact(drawn if found[name] else 0, drawn, self.confidence)
        return found | {f"{name}_low": rounded(low), f"{name}_high": rounded(high)}


def _exact(hits: int, drawn: int, confidence: float) -> tuple[float, float]:
    from scipy.stats import binomtest  # a second, and most shares are neither 0 nor 1

    interval = binomtest(hits, drawn).proportion_ci(confidence, method="exact")
    return float(interval.low), float(interval.high)
