"""Captions without the words that name how an image was made."""

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, ClassVar

from pydantic import Field, Strict, StringConstraints

from pairdx.core.params import Section

MASK = "___"  # stays visible to people; our tokens are stripped of it, so that models see nothing


def word_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Find ``words`` (or phrases) as whole words, in any case, in the singular and the plural.

    A hyphen and a space are taken for each other and for nothing (``X-ray``, ``x ray``,
    ``xray``). The plural of regular words is meant: -s, -es, and -ies for -y.
    """
    # The longest first, so that a phrase goes as a whole and not only its last word.
    forms = "|".join(_form(word) for word in sorted(words, key=lambda word: (-len(word), word)))
    return re.compile(rf"(?<!\w)(?:{forms})(?!\w)", re.IGNORECASE)


def mask_words(captions: Sequence[str], pattern: re.Pattern[str]) -> list[str]:
    """Put ``MASK`` where ``pattern`` is found."""
    return [pattern.sub(MASK, caption) for caption in captions]


def _form(word: str) -> str:
    *first, last = (re.escape(part) for part in re.split(r"[\s-]+", word.strip()))
    plural = f"{last[:-1]}(?:ys?|ies)" if last.lower().endswith("y") else f"{last}(?:e?s)?"
    return r"[\s-]*".join([*first, plural])


Word = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"\w")]


class ShortcutParams(Section):
    """Words that name a modality, and the intervals of what accuracy loses without them."""

    section: ClassVar[str] = "shortcut"
    modality_words: Annotated[tuple[Word, ...], Strict(False), Field(min_length=1)]
    resamples: int = Field(ge=100, le=100_000)
    confidence: float = Field(gt=0.5, lt=1)
