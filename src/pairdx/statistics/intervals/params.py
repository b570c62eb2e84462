"""Section `intervals`, and what sections that measure with intervals have in common."""

from typing import ClassVar

from pydantic import Field

from pairdx.core.params import Section


class IntervalParams(Section):
    """Intervals come from resampling whole articles."""

    section: ClassVar[str] = "intervals"
    resamples: int = Field(ge=100, le=100_000)
    confidence: float = Field(gt=0.5, lt=1)  # how often an interval shall hold the truth


class WithIntervals(Section):
    """A section whose measures have intervals."""

    shared: ClassVar[tuple[str, ...]] = ("intervals",)
    intervals: IntervalParams

    @property
    def resamples(self) -> int:
        """How many resamples are drawn."""
        return self.intervals.resamples

    @property
    def confidence(self) -> float:
        """How often an interval shall hold the truth."""
        return self.intervals.confidence
