"""Section `scrub`: what is done about the facts that the scan found."""

from typing import ClassVar, Literal

from pydantic import Field

from pairdx.params.base import Section

Action = Literal["keep", "mask", "drop"]


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


class ScrubParams(Section):
    """Images under `min_side` pixels are placeholders; larger than `max_side` are scaled down."""

    section: ClassVar[str] = "scrub"
    min_side: int = Field(ge=1)
    max_side: int = Field(ge=64)
    identifiers: IdentifierActions
