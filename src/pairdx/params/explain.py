"""Section `explain`: what models look at, and how it is checked."""

from typing import ClassVar

from pydantic import Field

from pairdx.params.base import Section


class ExplainParams(Section):
    """Cases for the page, and a sample of the test pairs on which explanations are scored."""

    section: ClassVar[str] = "explain"
    cases: int = Field(ge=0, le=200)  # of each kind: right, wrong, disputed
    pairs: int = Field(ge=1)  # whose regions and words are removed and inserted; at most all
    regions: int = Field(ge=2, le=32)  # of an image, a side
    steps: int = Field(ge=2, le=100)  # from the whole input to nothing
    random_orders: int = Field(ge=1, le=100)  # a pair: what an explanation has to beat
    map_cells: int = Field(ge=1)  # a side: the least that a Grad-CAM map of convolutions has
    thumbnail: int = Field(ge=32, le=2048)  # pixels of the longer side
    resamples: int = Field(ge=100, le=100_000)  # articles, for the intervals
    confidence: float = Field(gt=0.5, lt=1)
