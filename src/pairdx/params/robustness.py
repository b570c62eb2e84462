"""Section `robustness`: how the errors on corrupted pairs are summed up."""

from typing import ClassVar

from pydantic import Field

from pairdx.model_names import ModelName
from pairdx.params.base import Section


class RobustnessParams(Section):
    """`reference` is the model against which the mean corruption error is taken."""

    section: ClassVar[str] = "robustness"
    reference: ModelName
    resamples: int = Field(ge=100, le=100_000)
    confidence: float = Field(gt=0.5, lt=1)
