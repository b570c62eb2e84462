"""Captions made worse at five severities: words mistyped, and the end cut off."""

import math
import re

import numpy as np

from pairdx.evidence.robustness.image_corruptions import CAPTION

_PIECES = re.compile(r"\s+|\S+")
_LETTER = re.compile(r"[^\W\d_]")


def corrupt(caption: str, kind: str, severity: int, generator: np.random.Generator) -> str:
    """Make a caption worse.

    Args:
        caption: white space in it stays as it is.
        kind: one of ``CAPTION``.
        severity: from 1 to 5.
        generator: what typing errors are drawn from.
    """
    share = CAPTION[kind][severity - 1]
    return truncate(caption, share) if kind == "truncation" else mistype(caption, share, generator)


def truncate(caption: str, share: float) -> str:
    """Keep the first ``share`` of the words, rounded up: one at least, if there is one."""
    words = list(re.finditer(r"\S+", caption))
    # Rounded, or 0.6 of 5 words would be 3.0000000000000004 and so four.
    kept = math.ceil(round(share * len(words), 9))
    return caption[: words[kept - 1].end()] if words else caption


def mistype(caption: str, share: float, generator: np.random.Generator) -> str:
    """Swap, drop or double a letter in about ``share`` of the words of two letters or more.

    As many numbers are drawn whatever the share, so that a word which is wrong at one severity is
    wrong in the same way at all higher ones.
    """
    pieces = _PIECES.findall(caption)
    return "".join(
        _mistype_word(word, *draws) if draws[0] < share else word
        for word, draws in zip(pieces, generator.random((len(pieces), 3)).tolist(), strict=True)
    )


def _mistype_word(word: str, _: float, place: float, way: float) -> str:
    """Mistype a word at a letter before its last one; ``place`` and ``way`` are from 0 to 1."""
    letters = [found.start() for found in _LETTER.finditer(word)]
    if len(letters) < 2:
        return word
    number = int(place * (len(letters) - 1))
    here, after = letters[number], letters[number + 1]
    if way < 1 / 3:
        return word[:here] + word[here + 1 :]
    if way < 2 / 3 or word[here] == word[after]:
        return word[:here] + word[here] + word[here:]
    return word[:here] + word[after] + word[here + 1 : after] + word[here] + word[after + 1 :]
