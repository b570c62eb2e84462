"""Section `scan`: how the facts about every image are gathered."""

from typing import ClassVar

from pydantic import Field

from pairdx.params.base import Section


class ScanParams(Section):
    """The perceptual hash has `hash_size` squared bits."""

    section: ClassVar[str] = "scan"
    hash_size: int = Field(ge=8, le=32, multiple_of=8)
    max_megapixels: float = Field(gt=0)  # a larger image is a problem, not a picture
    named_entities: bool  # ask spaCy about doubtful names in captions; needs the extra `ner`
    workers: int = Field(ge=0)  # processes; 0: one a core. Changes no output
