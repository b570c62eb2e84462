"""Section `retrieve`: intervals of the retrieval scores."""

from typing import ClassVar

from pydantic import Field

from pairdx.params.base import Section


class RetrieveParams(Section):
    """Intervals come from resampling the queries' articles."""

    section: ClassVar[str] = "retrieve"
    resamples: int = Field(ge=100, le=100_000)
    confidence: float = Field(gt=0.5, lt=1)
