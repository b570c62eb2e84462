"""Section `shortcut`: what is taken from the pairs to see which shortcut a model takes."""

from typing import Annotated, ClassVar

from pydantic import Field, Strict, StringConstraints

from pairdx.params.base import Section

Word = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"\w")]


class ShortcutParams(Section):
    """Words that name a modality, and the intervals of what accuracy loses without them."""

    section: ClassVar[str] = "shortcut"
    modality_words: Annotated[tuple[Word, ...], Strict(False), Field(min_length=1)]
    resamples: int = Field(ge=100, le=100_000)
    confidence: float = Field(gt=0.5, lt=1)
