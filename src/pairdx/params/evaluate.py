"""Section `evaluate`: metrics and their intervals."""

from typing import ClassVar

from pydantic import Field

from pairdx.params.base import Section


class EvaluateParams(Section):
    """Intervals come from resampling articles, which is what the pairs are drawn by."""

    section: ClassVar[str] = "evaluate"
    resamples: int = Field(ge=100, le=100_000)
    confidence: float = Field(gt=0.5, lt=1)
    calibration_bins: int = Field(ge=2, le=100)
