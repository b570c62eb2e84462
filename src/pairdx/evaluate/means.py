"""Means over pairs with percentile intervals from resampled articles."""

from collections.abc import Sequence

import numpy as np

from pairdx.evaluate.bootstrap import Floats, article_weights, interval

DIGITS = 6


def mean_with_interval(
    name: str,
    values: Floats,
    articles: Sequence[str],
    resamples: int,
    confidence: float,
    generator: np.random.Generator,
) -> dict[str, float | None]:
    """The mean of ``values`` (N,) as ``name``, ``<name>_low`` and ``<name>_high``.

    NaN is a value that is not there. All three are None where none is; a resample without any is
    left out of the interval.
    """
    there = np.isfinite(values)
    if not there.any():
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    numbers = np.unique(np.asarray(articles)[there], return_inverse=True)[1]
    kept = values[there]
    means = np.concatenate(
        [
            weights @ kept / weights.sum(1)
            for weights in article_weights(numbers, resamples, generator)
        ]
    )
    low, high = interval(means, confidence)
    return {
        name: round(float(kept.mean()), DIGITS),
        f"{name}_low": round(low, DIGITS),
        f"{name}_high": round(high, DIGITS),
    }
