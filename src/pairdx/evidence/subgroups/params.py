"""Section `subgroups`: for whom a model is worse."""

from itertools import pairwise
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, Strict

from pairdx.statistics.intervals.params import WithIntervals


def _rising(edges: tuple[int, ...]) -> tuple[int, ...]:
    if any(low >= high for low, high in pairwise(edges)):
        raise ValueError("each number must be larger than the one before it")
    return edges


Edges = Annotated[
    tuple[Annotated[int, Field(ge=1)], ...],
    Strict(False),
    Field(min_length=1),
    AfterValidator(_rising),
]


class SubgroupsParams(WithIntervals):
    """Where one band of ages or of caption lengths ends and the next begins, and the intervals."""

    section: ClassVar[str] = "subgroups"
    ages: Edges  # years at which a band begins
    caption_words: Edges  # likewise
    min_pairs: int = Field(ge=1)  # smaller groups are marked and in no gap
