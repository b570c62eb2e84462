"""Section `check_labels`: intervals of what is said about the labels."""

from typing import ClassVar

from pydantic import Field

from pairdx.params.base import Section


class CheckLabelsParams(Section):
    """Intervals come from resampling articles."""

    section: ClassVar[str] = "check_labels"
    resamples: int = Field(ge=100, le=100_000)
    confidence: float = Field(gt=0.5, lt=1)
