"""How a value is told with its interval: rounded, and None where it is not defined."""

import math
from collections.abc import Mapping

from pairdx.statistics.intervals.bootstrap import Floats, Integers, Scale, interval

DIGITS = 6

Summary = dict[str, float | None]


def with_interval(
    name: str,
    point: float,
    resampled: Floats,
    confidence: float,
    articles: Integers,
    scale: Scale,
) -> Summary:
    """Return ``name``, ``<name>_low`` and ``<name>_high``.

    Args:
        name: of the value.
        point: the value; NaN where it is not defined, which leaves it without an interval too.
        resampled: the same in R resamples, (R,); those without a value are left out.
        confidence: of the interval.
        articles: of the pairs that the value is about, (N,).
        scale: of the value.
    """
    ends = interval(point, resampled, confidence, articles, scale)
    keys = (name, f"{name}_low", f"{name}_high")
    return {key: rounded(value) for key, value in zip(keys, (point, *ends), strict=True)}


def rounded(value: float) -> float | None:
    """The value as it is written down, None for NaN."""
    return None if math.isnan(value) else round(float(value), DIGITS)


ENDS = ("", "_low", "_high")


def estimate(scores: Mapping[str, float | None], name: str, sign: str = "") -> str:
    """Return `value [low, high]`; `value [none]` where there is no interval.

    Args:
        scores: which hold ``name``, ``<name>_low`` and ``<name>_high``.
        name: of the value.
        sign: `+` for a difference.
    """
    value, low, high = (scores[f"{name}{end}"] for end in ENDS)
    ends = "none" if low is None else f"{low:{sign}.3f}, {high:{sign}.3f}"
    return f"{value:{sign}.3f} [{ends}]"
