"""How a value is told with its interval: rounded, and None where it is not defined."""

import math

from pairdx.evaluate.bootstrap import Floats, interval

DIGITS = 6


def with_interval(
    name: str, point: float, resampled: Floats, confidence: float
) -> dict[str, float | None]:
    """Return ``name``, ``<name>_low`` and ``<name>_high``.

    Args:
        name: of the value.
        point: the value; NaN where it is not defined.
        resampled: the same in R resamples, (R,); those without a value are left out.
        confidence: of the interval.
    """
    if math.isnan(point):
        return dict.fromkeys((name, f"{name}_low", f"{name}_high"))
    low, high = interval(resampled, confidence)
    return {
        name: round(float(point), DIGITS),
        f"{name}_low": round(low, DIGITS),
        f"{name}_high": round(high, DIGITS),
    }
