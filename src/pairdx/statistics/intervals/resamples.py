"""Means and shares of some pairs with intervals by article, null where there is nothing.

Shapes: R resamples, N pairs.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from pairdx.statistics.intervals.bootstrap import (
    ANY,
    SHARE,
    Booleans,
    Floats,
    Integers,
    Scale,
    article_counts,
    rows_at_once,
)
from pairdx.statistics.intervals.reported import Summary, with_interval
from pairdx.statistics.scores.ranking import divide

# An article is drawn once on average: 255 times is beyond all chance.
Counts = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Resamples:
    """All pairs, and resamples of their articles.

    Only how often each article was drawn is kept, in a byte: the weights of 22,665 pairs in 1,000
    resamples would be 180 MB, and are made a few resamples at a time where they are needed.
    """

    articles: Integers  # (N,)
    counts: Counts  # (1 + R, A): a row of ones, then how often each article is in each resample
    confidence: float

    @classmethod
    def draw(cls, articles: Integers, resamples: int, confidence: float, seed: int) -> Self:
        """Draw resamples, the same for the same articles and seed."""
        generator = np.random.default_rng(seed)
        counts = np.ones((1 + resamples, int(articles.max()) + 1), np.uint8)
        row = 1
        for drawn in article_counts(articles, resamples, generator):
            counts[row : row + len(drawn)] = drawn
            row += len(drawn)
        return cls(articles, counts, confidence)

    def weights(self) -> Iterator[Floats]:
        """How often each pair is in each row of ``counts``, a few rows at a time."""
        for counts in self._parts():
            yield counts[:, self.articles].astype(np.float64)

    def each(self, measure: Callable[[Floats], Floats]) -> Floats:
        """What ``measure`` makes of the weights (R, N), for all pairs and every resample."""
        return np.concatenate([measure(weights) for weights in self.weights()])

    def sums(self, values: Floats | Booleans) -> Floats:
        """The sum of ``values`` (N,) over all pairs and over those of every resample, (1 + R,)."""
        by_article = np.bincount(self.articles, values, minlength=self.counts.shape[1])
        return np.concatenate([counts @ by_article for counts in self._parts()])

    def _parts(self) -> Iterator[Counts]:
        at_once = rows_at_once(len(self.articles), self.counts.shape[1])
        for start in range(0, len(self.counts), at_once):
            yield self.counts[start : start + at_once]

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
        means = divide(self.sums(np.where(group, values, 0)), self.sums(group))
        return self.summary(name, means, scale, group)

    def share(self, name: str, part: Booleans, group: Booleans) -> Summary:
        """The share of ``part`` in ``group``."""
        return self.mean(name, part, group, SHARE)
