"""Captions: a first sentence of the wanted clarity, some more that fit anything, identifiers."""

import re
from typing import NamedTuple

from pairdx.download.sample.canvas import Rng
from pairdx.download.sample.motifs import Pair
from pairdx.download.sample.phrases import CLEAR, GENERIC, IDENTIFIERS, SHARED, SLOTS, TAILS

Wording = Pair | str  # "clear", "generic", or the two classes that the caption fits


class Identifier(NamedTuple):
    """A planted identifier: characters ``start`` to ``end`` of the caption."""

    start: int
    end: int
    kind: str
    text: str


def _pick(rng: Rng, options: tuple[str, ...]) -> str:
    return options[int(rng.integers(len(options)))]


def _fill(rng: Rng, sentence: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda slot: _pick(rng, SLOTS[slot[1]]), sentence)


def compose(rng: Rng, motif: str, wording: Wording) -> str:
    """A caption; its length is spread like MultiCaRe's (median 113, mean 139 characters)."""
    if isinstance(wording, tuple):
        first = _pick(rng, SHARED[wording])
    else:
        first = _pick(rng, CLEAR[motif] if wording == "clear" else GENERIC)
    tails = int(rng.choice([0, 1, 2, 3, 6], p=[0.22, 0.33, 0.22, 0.13, 0.10]))
    order = rng.permutation(len(TAILS))[:tails]
    sentences = [first + ".", *(TAILS[i] for i in order)]
    return " ".join(_fill(rng, sentence) for sentence in sentences)


def plant(rng: Rng, caption: str, kind: str) -> tuple[str, Identifier]:
    """Append a sentence with an identifier of nobody: example.org, 555-01xx, invented names."""
    options = IDENTIFIERS[kind]
    sentence, pattern = options[int(rng.integers(len(options)))]
    text = re.sub("#", lambda _: str(int(rng.integers(1, 9))), pattern)
    start = len(caption) + 1 + sentence.index("{}")
    longer = f"{caption} {sentence.format(text)}"
    return longer, Identifier(start, start + len(text), kind, text)
