"""Section `corrupt`: which pairs are made worse, and which models have to do with them."""

from typing import Annotated, ClassVar

from pydantic import Field, Strict

from pairdx.core.params import ModelName, Section

Names = Annotated[tuple[ModelName, ...], Strict(False), Field(min_length=1)]


class CorruptParams(Section):
    """What the costly half of the robustness test works on."""

    section: ClassVar[str] = "corrupt"
    pairs: int | None = Field(ge=1)  # a sample of the test split, classes in proportion; null: all
    side: int = Field(ge=32, le=1024)  # pixels; a longer shorter side is scaled down to it
    models: Names | None  # null: every trained one


class RobustnessParams(Section):
    """`reference` is the model against which the mean corruption error is taken."""

    section: ClassVar[str] = "robustness"
    reference: ModelName
    resamples: int = Field(ge=100, le=100_000)
    confidence: float = Field(gt=0.5, lt=1)
