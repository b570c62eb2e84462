"""The cluster bootstrap: whole articles are drawn with replacement, and what follows from it.

Pairs of one article share figures, captions and patients, so they are no independent draws;
drawing articles gives wider, honest intervals.

Shapes: R resamples, N pairs.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

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


def interval(values: Floats, confidence: float) -> tuple[float, float]:
    """The middle ``confidence`` of the resamples (R,); those without a value are left out."""
    tail = (1 - confidence) / 2
    low, high = np.nanquantile(values, [tail, 1 - tail])
    return float(low), float(high)
