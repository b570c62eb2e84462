"""How sure a value is: a t interval whose standard error comes from resampling whole articles.

- The **standard error** is the scatter of the value over resamples of A articles, which is
  sqrt((A - 1) / A) too small and widened by as much (Hesterberg 2015, "What Teachers Should Know
  About the Bootstrap").
- It **reaches** as far as Student's t with one degree of freedom less than there are articles, by
  their effective number: an article of nine pairs outweighs others (Carter, Schnepel and
  Steigerwald 2017).
- It is **symmetric where the ends of the value's scale are infinitely far** (log odds of a share,
  Fisher's z of a difference), so that it never leaves the scale and has the skew of a value near
  its ceiling.

Where every resample says the same, the scatter of 0 is no certainty: thirty of thirty right are not
1.0 [1.0, 1.0]. A share of the pairs then has the exact binomial interval (Clopper and Pearson 1934)
of as many draws as there are articles, any other value has none.
`benchmarks/interval_coverage.py` says what all that is worth here.

Shapes: R resamples, N pairs.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, ndtr, stdtrit

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

CELLS_AT_ONCE = 2**20  # of the weight matrix, 8 MB: bounds the memory up to 16,000 pairs
LEAST_ROWS = 64  # of it: what a score prepares for each part, an order for one, is of all pairs
SAME = 1e-9  # what values differ by from rounding alone


@dataclass(frozen=True)
class Scale:
    """The least and the most that a value can be; infinity for none."""

    least: float
    most: float
    share: bool = False  # of pairs: 0 and 1 say that all of them agree

    def interval(self, point: float, reach: float) -> tuple[float, float]:
        """Both ends, ``reach`` away from a ``point`` inside the scale where it has no ends."""
        below, above = point - self.least, self.most - point
        steepness = sum(1 / room for room in (below, above) if math.isfinite(room))
        if not steepness:
            return point - reach, point + reach
        low, high = (self._moved(below, above, way * reach * steepness) for way in (-1, 1))
        return low, high

    def _moved(self, below: float, above: float, by: float) -> float:
        """The value whose log odds, or logarithm where there is no most, lie ``by`` further."""
        if math.isinf(above):
            return self.least + below * math.exp(min(by, 700))  # beyond it there is no number
        return self.least + (below + above) * float(expit(math.log(below / above) + by))


SHARE = Scale(0, 1, share=True)
SCORE = Scale(0, 1)
DIFFERENCE = Scale(-1, 1)  # of two shares or scores; also kappa
LOSS = Scale(0, math.inf)
ANY = Scale(-math.inf, math.inf)


def article_weights(
    articles: Integers, resamples: int, generator: np.random.Generator
) -> Iterator[Floats]:
    """How often each pair is in each resample, a few resamples (rows) at a time."""
    for counts in article_counts(articles, resamples, generator):
        yield counts[:, articles].astype(np.float64)


def article_counts(
    articles: Integers, resamples: int, generator: np.random.Generator
) -> Iterator[Integers]:
    """How often each article is in each resample, a few resamples (rows) at a time."""
    size = int(articles.max()) + 1
    chunk = rows_at_once(size, len(articles))
    for start in range(0, resamples, chunk):
        rows = min(chunk, resamples - start)
        drawn = generator.integers(size, size=(rows, size))
        drawn += np.arange(rows)[:, None] * size  # one range of cells a resample
        yield np.bincount(drawn.ravel(), minlength=rows * size).reshape(rows, size)


def rows_at_once(*sizes: int) -> int:
    """How many rows of so many columns, the most of ``sizes``, are held at a time."""
    return max(LEAST_ROWS, CELLS_AT_ONCE // max(sizes))


def interval(
    point: float, values: Floats, confidence: float, articles: Integers, scale: Scale
) -> tuple[float, float]:
    """The interval of a value.

    Args:
        point: the value; NaN, which is no value, has no interval.
        values: the same in the resamples, (R,); NaN is left out.
        confidence: that the interval shall have, from 0 to 1.
        articles: of the pairs that the value is about, (N,).
        scale: of the value.

    Returns:
        Both ends; NaN where nothing varies, and the value is no share.
    """
    sizes = np.unique(articles, return_counts=True)[1]
    if scale.share and len(sizes) and min(abs(point - scale.least), abs(point - scale.most)) < SAME:
        return unanimous(point, len(sizes), confidence)
    known = values[~np.isnan(values)]
    inside = scale.least + SAME < point < scale.most - SAME  # not so of NaN
    if not inside or len(sizes) < 2 or not len(known) or np.ptp(known) < SAME:
        return math.nan, math.nan
    return scale.interval(point, reach(confidence, sizes) * float(known.std()))


def interval_over_seeds(
    by_seed: Floats, values: Floats, confidence: float, articles: Integers, scale: Scale
) -> tuple[float, float]:
    """The interval of a mean over trainings, were seeds and articles both drawn anew.

    The variance over articles and that over seeds add up; their degrees of freedom are those of
    Welch and Satterthwaite. Resampling the seeds as well would be simpler, but three seeds scatter
    by a third too little and have tails of their own (`benchmarks/seed_coverage.py`).

    Args:
        by_seed: the value of each seed on the same pairs, (S,).
        values: its mean over the seeds in the resamples of articles, (R,).
        confidence: that the interval shall have, from 0 to 1.
        articles: of the pairs, (N,).
        scale: of the value.
    """
    point, known = float(by_seed.mean()), values[~np.isnan(values)]
    alone = interval(point, known, confidence, articles, scale)
    if len(by_seed) < 2 or math.isnan(alone[0]) or np.ptp(known) < SAME:
        return alone
    sizes = np.unique(articles, return_counts=True)[1]
    variances = np.array(
        [known.var() * len(sizes) / (len(sizes) - 1), by_seed.var(ddof=1) / len(by_seed)]
    )
    degrees = (
        variances.sum() ** 2 / (variances**2 / [effective_degrees(sizes), len(by_seed) - 1]).sum()
    )
    return scale.interval(point, _students(confidence, degrees) * math.sqrt(variances.sum()))


def reach(confidence: float, sizes: Integers) -> float:
    """How many standard deviations of the resamples an interval reaches.

    Args:
        confidence: wanted, from 0 to 1.
        sizes: pairs of each article that is resampled, (A,), two articles or more.
    """
    return _students(confidence, effective_degrees(sizes)) * math.sqrt(
        len(sizes) / (len(sizes) - 1)
    )


def effective_degrees(sizes: Integers) -> float:
    """One less than the effective number of articles, but one at least."""
    return max(float(sizes.sum() ** 2 / (sizes**2).sum()) - 1, 1.0)


def _students(confidence: float, degrees: float) -> float:
    return -float(stdtrit(degrees, (1 - confidence) / 2))


def expanded(confidence: float, sizes: Integers) -> float:
    """The confidence at which a quantile of the resamples lies as far out as ``reach``."""
    return float(1 - 2 * ndtr(-reach(confidence, sizes)))


def unanimous(share: float, drawn: int, confidence: float) -> tuple[float, float]:
    """The exact binomial interval where none or all of ``drawn`` are part of a share."""
    least = ((1 - confidence) / 2) ** (1 / drawn)
    return (least, 1.0) if share > 1 / 2 else (0.0, 1 - least)
