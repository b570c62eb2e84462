"""Means and shares of some pairs with intervals by article, null where there is nothing.

Shapes: R resamples, N pairs.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from pairdx.statistics.intervals.bootstrap import (
    ANY,
    SHARE,
    Booleans,
    Floats,
    Integers,
    Scale,
    article_weights,
)
from pairdx.statistics.intervals.reported import Summary, with_interval
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

    def summary(
        self, name: str, values: Floats, scale: Scale, group: Booleans | None = None
    ) -> Summary:
        """The first of ``values`` (1 + R,) and the interval of the others, under three keys.

        It is about the pairs of ``group``, or all.
        """
        articles = self.articles if group is None else self.articles[group]
        return with_interval(name, values[0], values[1:], self.confidence, articles, scale)

    def mean(
        self, name: str, values: Floats | Booleans, group: Booleans, scale: Scale = ANY
    ) -> Summary:
        """The mean of ``values`` (N,) over the pairs of ``group`` (N,); nulls where it is empty.

        A resample without any pair of the group has no mean and is left out.
        """
        pairs = self.weights @ group
        total = self.weights @ np.where(group, values, 0)
        means = divide(total, pairs)
        return self.summary(name, means, scale, group)

    def share(self, name: str, part: Booleans, group: Booleans) -> Summary:
        """The share of ``part`` in ``group``."""
        return self.mean(name, part, group, SHARE)
