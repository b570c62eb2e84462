"""Section `audit_labels`: which labels a model that has not seen them doubts."""

from typing import ClassVar

from pydantic import Field

from pairdx.core.params import Section


class AuditLabelsParams(Section):
    """The audit's own model: words of the caption, and trees over a frozen CLIP's embeddings."""

    section: ClassVar[str] = "audit_labels"
    base: str = Field(min_length=1)  # a CLIP-like model folder that has not seen these labels
    folds: int = Field(ge=2, le=20)
    trees: int = Field(ge=10, le=1000)


class LabelSheetParams(Section):
    """At most so many pairs of each group."""

    section: ClassVar[str] = "label_sheet"
    doubtful: int = Field(ge=0)  # of train and validation, those of the lowest quality
    drawn: int = Field(ge=0)  # of the test split, by lot
    thumbnail: int = Field(ge=64, le=1024)  # pixels of its longer side
