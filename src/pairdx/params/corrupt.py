"""Section `corrupt`: which pairs are made worse, and which models have to do with them."""

from typing import Annotated, ClassVar

from pydantic import Field, Strict

from pairdx.model_names import ModelName
from pairdx.params.base import Section

Names = Annotated[tuple[ModelName, ...], Strict(False), Field(min_length=1)]


class CorruptParams(Section):
    """What the costly half of the robustness test works on."""

    section: ClassVar[str] = "corrupt"
    pairs: int | None = Field(ge=1)  # a sample of the test split, classes in proportion; null: all
    side: int = Field(ge=32, le=1024)  # pixels; a longer shorter side is scaled down to it
    models: Names | None  # null: every trained one
