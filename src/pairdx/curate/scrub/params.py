"""Section `scrub`: what is done about the facts that the scan found."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from pairdx.core.params import Section

Action = Literal["keep", "mask", "drop"]
ImageAction = Literal["keep", "mask", "crop", "drop"]


class IdentifierActions(Section):
    """What happens to a caption's identifiers: left in, masked, or the pair dropped."""

    date: Action
    email: Action
    phone: Action
    record_number: Action
    name: Action
    address: Action
    link: Action  # to a person's page or account
    old_age: Action  # over 89, in the caption and in the column `age`; mask: 90+, and 90


class BurnedInActions(Section):
    """What happens to an image with such words: left as it is, filled, cut off, or dropped."""

    date: ImageAction  # of an examination or a birth, with its clock
    name: ImageAction
    record_number: ImageAction
    contact: ImageAction  # e-mail, phone
    overlay: ImageAction  # a hospital's name, the fields of an endoscope's recorder


class ScrubParams(Section):
    """Images under `min_side` pixels are placeholders; larger than `max_side` are scaled down."""

    section: ClassVar[str] = "scrub"
    min_side: int = Field(ge=1)
    max_side: int = Field(ge=64)  # and not less than min_side
    identifiers: IdentifierActions
    burned_in: BurnedInActions
    faces: ImageAction
    min_confidence: float = Field(ge=0, le=1)  # of words; below, a person should look
    min_face_score: float = Field(ge=0, le=1)  # likewise

    @model_validator(mode="after")
    def _some_size_is_left(self) -> Self:
        if self.min_side > self.max_side:
            raise ValueError(f"min_side may not be above max_side ({self.max_side})")
        return self
