"""Captions without the words that name how an image was made."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

MASK = "___"  # stays visible to people; our tokens are stripped of it, so that models see nothing


def modality_words() -> list[str]:
    """The words and phrases that name a modality: a line each in modality_words.txt."""
    return Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines()


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
