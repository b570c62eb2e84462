"""Section `scan`: how the facts about every image are gathered."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, Strict, model_validator

from pairdx.core.params import Section

Native = Literal["float32", "bfloat16"]  # what products are computed in
Precision = Literal[Native, "auto"]  # auto: see scan.networks
Side = Annotated[int, Field(ge=32, le=4096)]


class ScanParams(Section):
    """The perceptual hash has `hash_size` squared bits; words and faces are found by networks."""

    section: ClassVar[str] = "scan"
    hash_size: int = Field(ge=8, le=32, multiple_of=8)
    max_megapixels: float = Field(gt=0)  # a larger image is a problem, not a picture
    named_entities: bool  # ask spaCy about doubtful names in captions; needs the extra `ner`
    words: Literal["ppocr_v4", "off"]
    min_text_side: Side  # pixels; the shorter side is enlarged to it before text is searched
    max_text_side: Side  # the longer side is scaled down to it
    raise_contrast: bool  # search text a second time where it is hard to see, for twice the time
    faces: Literal["centerface", "off"]
    face_sides: Annotated[
        tuple[Side, ...], Strict(False), Field(min_length=1)
    ]  # of squares of one area
    min_face_score: float = Field(ge=0.1, le=1)
    precision: Precision  # of both networks; float32: the same facts on every CPU
    workers: int = Field(ge=0)  # processes; 0: one a core. Changes no output

    @model_validator(mode="after")
    def _text_is_searched_at_some_size(self) -> Self:
        if self.min_text_side > self.max_text_side:
            raise ValueError(f"min_text_side may not be above max_text_side ({self.max_text_side})")
        return self
