"""Section `significance`: which differences between models are real."""

from typing import ClassVar

from pydantic import Field

from pairdx.params.base import Section


class SignificanceParams(Section):
    """Intervals come from resampling articles; both models see the same resamples."""

    section: ClassVar[str] = "significance"
    resamples: int = Field(ge=100, le=100_000)
    confidence: float = Field(gt=0.5, lt=1)
