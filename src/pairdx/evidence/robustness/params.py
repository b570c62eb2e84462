"""Section `robustness`: which pairs are made worse, for which models, and against which one.

What is done to them is no parameter: kinds and severities are those that others use, so that
results can be compared.
"""

from typing import Annotated, ClassVar

from pydantic import Field, Strict

from pairdx.statistics.intervals.params import WithIntervals

Names = Annotated[tuple[str, ...], Strict(False), Field(min_length=1)]


class RobustnessParams(WithIntervals):
    """The first three are of the costly half, in which models answer (stage `corrupt`).

    A model has a mean corruption error of 1 if it loses as much as `reference`.
    """

    section: ClassVar[str] = "robustness"
    pairs: int | None = Field(ge=1)  # a sample of the test split, classes in proportion; null: all
    side: int = Field(ge=32, le=1024)  # pixels; a longer shorter side is scaled down to it
    models: Names | None  # null: every trained one
    reference: str = Field(min_length=1)
