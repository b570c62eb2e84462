"""Captions of figures: whole, as an article prints them, and cut for the figure's parts.

MultiCaRe cuts "Lead. (A) One thing. (B) Another." at the letters: A gets "Lead. (A) One thing." Of
106 real figures with several parts 29 have one caption throughout, in 61 all differ, in 16 some do.
Most of those that differ begin alike, few end alike, and three in five keep their letter
(tests/sources/test_real_rows.py holds both beside each other).
"""

import re
from typing import NamedTuple

from pairdx.download.sample.canvas import Rng
from pairdx.download.sample.motifs import Pair
from pairdx.download.sample.phrases import CLEAR, GENERIC, IDENTIFIERS, SHARED, SLOTS, TAILS

Wording = Pair | str  # "clear", "generic", or the two classes that the caption fits

_ALIKE = {2: (0.34, 0.66, 0.0), 3: (0.165, 0.46, 0.375)}  # same, different, mixed; 3: or more parts
_BEGIN_ALIKE = 0.7
_END_ALIKE = 0.1
_MARKS = {"({}) ": 0.5, "{}; ": 0.1, "": 0.4}


class Identifier(NamedTuple):
    """A planted identifier: characters ``start`` to ``end`` of the caption."""

    start: int
    end: int
    kind: str
    text: str


class Caption(NamedTuple):
    """A figure's caption, and what of it each part gets."""

    whole: str
    parts: tuple[str, ...]


def _pick(rng: Rng, options: tuple[str, ...]) -> str:
    return options[int(rng.integers(len(options)))]


def _fill(rng: Rng, sentence: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda slot: _pick(rng, SLOTS[slot[1]]), sentence)


def _first(rng: Rng, motif: str, wording: Wording) -> str:
    """The sentence that decides of which classes a caption may be."""
    if isinstance(wording, tuple):
        options = SHARED[wording]
    else:
        options = CLEAR[motif] if wording == "clear" else GENERIC
    return _fill(rng, _pick(rng, options) + ".")


def _groups(rng: Rng, names: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The parts that are spoken of together."""
    if len(names) == 1:
        return [names]
    kind = int(rng.choice(3, p=_ALIKE[min(len(names), 3)]))
    if kind == 0:
        return [names]
    if kind == 1:
        return [(name,) for name in names]
    cut = int(rng.integers(1, len(names)))
    return [names[:cut], names[cut:]]


def _mark(style: str, group: tuple[str, ...]) -> str:
    """How the caption says which parts it speaks of: nothing, "(A, B) ", "Left: "."""
    if not style or group == ("undivided",):
        return ""
    if len(group[0]) > 1:
        return f"{' and '.join(group).capitalize()}: "
    return style.format(", ".join(group))


def compose(rng: Rng, motif: str, wording: Wording, names: tuple[str, ...]) -> Caption:
    """A caption for parts of these names; its length is spread like MultiCaRe's (median 113).

    Whatever is cut off, what is left of it fits the classes that ``wording`` says.
    """
    groups = _groups(rng, names)
    tails = [_fill(rng, TAILS[i]) for i in rng.permutation(len(TAILS))]
    style = list(_MARKS)[int(rng.choice(len(_MARKS), p=list(_MARKS.values())))]
    several = len(groups) > 1
    begin = [_first(rng, motif, wording)] if several and rng.random() < _BEGIN_ALIKE else []
    end = [tails.pop()] if several and rng.random() < _END_ALIKE else []
    own = {}
    for group in groups:
        first = [] if begin else [_first(rng, motif, wording)]
        more = int(rng.choice([0, 1, 2, 3, 6], p=[0.22, 0.33, 0.22, 0.13, 0.10]))
        if several:  # of which no two may read alike: a sentence more that is in none other
            more = int(rng.choice([1, 2], p=[0.7, 0.3]))
        said = [*first, *(tails.pop() for _ in range(more))]
        own[group] = _mark(style, group) + " ".join(said)
    of_part = {name: text for group, text in own.items() for name in group}
    parts = tuple(" ".join([*begin, of_part[name], *end]) for name in names)
    return Caption(" ".join([*begin, *own.values(), *end]), parts)


def plant(rng: Rng, caption: Caption, kind: str) -> tuple[Caption, tuple[Identifier, ...]]:
    """End all with an identifier of nobody: example.org, 555-01xx, invented names.

    Returns:
        The longer caption, and where the identifier stands in that of each part.
    """
    options = IDENTIFIERS[kind]
    sentence, pattern = options[int(rng.integers(len(options)))]
    text = re.sub("#", lambda _: str(int(rng.integers(1, 9))), pattern)
    starts = [len(part) + 1 + sentence.index("{}") for part in caption.parts]
    ending = f" {sentence.format(text)}"
    longer = Caption(caption.whole + ending, tuple(part + ending for part in caption.parts))
    return longer, tuple(Identifier(start, start + len(text), kind, text) for start in starts)
