"""A value with its interval, as a table's cell."""

from collections.abc import Mapping

ENDS = ("", "_low", "_high")


def estimate(scores: Mapping[str, float | None], name: str, sign: str = "") -> str:
    """Return `value [low, high]`; `value [none]` where too few articles leave no interval.

    Args:
        scores: which hold ``name``, ``<name>_low`` and ``<name>_high``.
        name: of the value.
        sign: `+` for a difference.
    """
    value, low, high = (scores[f"{name}{end}"] for end in ENDS)
    ends = "none" if low is None else f"{low:{sign}.3f}, {high:{sign}.3f}"
    return f"{value:{sign}.3f} [{ends}]"
