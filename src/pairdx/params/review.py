"""Section `review`: which pairs people are asked to look at."""

from typing import ClassVar

from pydantic import Field

from pairdx.params.base import Section


class ReviewParams(Section):
    """At most so many pairs of each group, spread over the classes."""

    section: ClassVar[str] = "review"
    borderline: int = Field(ge=0)  # the rules were unsure
    passed: int = Field(ge=0)  # left as they are
    removed: int = Field(ge=0)  # masked, cropped or dropped
    readers: int = Field(ge=1, le=9)  # people who share the pairs out
    overlap: float = Field(ge=0, le=1)  # share of the pairs that all of them read
    thumbnail: int = Field(ge=64, le=1024)  # pixels of its longer side
