"""Section `disagreements`: where two models differ, and who is right."""

from typing import Annotated, ClassVar

from pydantic import Field, Strict, field_validator

from pairdx.statistics.intervals.params import WithIntervals


class DisagreementsParams(WithIntervals):
    """Two models of the comparison, and how many of their disagreements are shown."""

    section: ClassVar[str] = "disagreements"
    models: Annotated[tuple[str, str], Strict(False)]
    cards: int = Field(ge=0)  # cases shown of each kind
    thumbnail: int = Field(ge=32, le=2048)  # pixels of its longer side

    @field_validator("models")
    @classmethod
    def _two_models(cls, models: tuple[str, str]) -> tuple[str, str]:
        if models[0] == models[1]:
            raise ValueError("two different models are needed")
        return models
