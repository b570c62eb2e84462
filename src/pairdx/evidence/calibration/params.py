"""Section `calibrate`: whether a model is right as often as it says, and when it should abstain."""

from typing import Annotated, ClassVar

from pydantic import Field, Strict, field_validator

from pairdx.statistics.intervals.params import WithIntervals

Share = Annotated[float, Field(gt=0, le=1)]


class CalibrateParams(WithIntervals):
    """The temperature and the thresholds are chosen on validation, the rest is measured on test."""

    section: ClassVar[str] = "calibrate"
    shared: ClassVar[tuple[str, ...]] = ("intervals", "calibration_bins")
    calibration_bins: int = Field(ge=2, le=100)
    coverages: Annotated[tuple[Share, ...], Strict(False), Field(min_length=1)]
    set_coverage: float = Field(gt=0, lt=1)  # of sets of classes: how often the true one is inside

    @field_validator("coverages")
    @classmethod
    def _each_once(cls, coverages: tuple[float, ...]) -> tuple[float, ...]:
        if len(set(coverages)) < len(coverages):
            raise ValueError("each coverage may stand there once")
        return coverages
