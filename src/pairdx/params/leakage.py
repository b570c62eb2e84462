"""Section `leakage`: what sharing articles between training and test pairs does to a score."""

from typing import ClassVar

from pydantic import Field

from pairdx.params.base import Section


class LeakageParams(Section):
    """Folds dealt pair by pair and by article, and the intervals of the difference."""

    section: ClassVar[str] = "leakage"
    folds: int = Field(ge=2, le=20)
    repeats: int = Field(ge=1)
    thumbnail: int = Field(ge=2, le=64)  # pixels a side
    resamples: int = Field(ge=100, le=100_000)
    confidence: float = Field(gt=0.5, lt=1)
