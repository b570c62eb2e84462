"""Section `label_sheet`: which labels people are asked about."""

from typing import ClassVar

from pydantic import Field

from pairdx.params.base import Section


class LabelSheetParams(Section):
    """At most so many pairs of each group."""

    section: ClassVar[str] = "label_sheet"
    doubtful: int = Field(ge=0)  # of train and validation, those of the lowest quality
    drawn: int = Field(ge=0)  # of the test split, by lot
    thumbnail: int = Field(ge=64, le=1024)  # pixels of its longer side
