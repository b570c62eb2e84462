"""Section `retrieve`: whose images and captions are to find each other.

What is searched, and how a hit is counted, is no parameter: see ``retrieval``. Models that do not
embed (see ``Embedder``) are refused by the stage that asks them to.
"""

from typing import Annotated, ClassVar

from pydantic import Field, Strict, field_validator

from pairdx.statistics.intervals.params import WithIntervals


class RetrieveParams(WithIntervals):
    """The CLIP-like models of the comparison; intervals come from the queries' articles."""

    section: ClassVar[str] = "retrieve"
    models: Annotated[tuple[str, ...], Strict(False), Field(min_length=1)]

    @field_validator("models")
    @classmethod
    def _each_once(cls, models: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(models)) < len(models):
            raise ValueError("each model may stand there once")
        return models
