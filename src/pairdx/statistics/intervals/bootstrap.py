"""How far out a percentile interval must end where articles are few.

The middle 95 % of the resamples are too narrow an interval: resamples of A articles scatter by
sqrt((A - 1) / A) too little, and their tails are a normal distribution's where Student's t with
A - 1 degrees of freedom would be due. Hesterberg 2015, "What Teachers Should Know About the
Bootstrap", moves the ends out by both ("expanded percentile interval").
`benchmarks/interval_coverage.py` says what that is worth here.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, stdtrit


def expanded(confidence: float, articles: int) -> float:
    """The confidence to ask a percentile interval for, so that ``confidence`` is what it has.

    Args:
        confidence: wanted, from 0 to 1.
        articles: how many are resampled, 2 or more.
    """
    end = stdtrit(articles - 1, (1 - confidence) / 2)  # of Student's t
    return float(1 - 2 * ndtr(np.sqrt(articles / (articles - 1)) * end))


Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

CELLS_AT_ONCE = 2**20  # of the weight matrix, 8 MB: bounds the memory at any number of pairs


def article_weights(
    articles: Integers, resamples: int, generator: np.random.Generator
) -> Iterator[Floats]:
    """How often each pair is in each resample, a few resamples (rows) at a time."""
    size = int(articles.max()) + 1
    chunk = max(1, CELLS_AT_ONCE // max(size, len(articles)))
    for start in range(0, resamples, chunk):
        rows = min(chunk, resamples - start)
        drawn = generator.integers(size, size=(rows, size))
        drawn += np.arange(rows)[:, None] * size  # one range of cells a resample
        counts = np.bincount(drawn.ravel(), minlength=rows * size).reshape(rows, size)
        yield counts[:, articles].astype(np.float64)


def interval(values: Floats, confidence: float, articles: int) -> tuple[float, float]:
    """The percentile interval, its ends moved out for the number of articles (see ``expanded``).

    Args:
        values: of the resamples, (R,); NaN, which is no value, is left out.
        confidence: that the interval shall have, from 0 to 1.
        articles: among the pairs that the value is about.

    Returns:
        Both ends; NaN where no resample has a value, or a single article has nothing to vary.
    """
    known = values[~np.isnan(values)]
    if articles < 2 or not len(known):
        return np.nan, np.nan
    tail = (1 - expanded(confidence, articles)) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)
