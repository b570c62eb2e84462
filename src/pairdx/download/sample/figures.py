"""The figures of a sample: what each shows, how its caption reads, and what decides its class."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pairdx.download.sample.canvas import Rng
from pairdx.download.sample.captions import Wording, compose
from pairdx.download.sample.motifs import LOOKS_LIKE, MOTIFS, READS_LIKE, SHARES, Pair
from pairdx.download.sample.plan import Figure


class _Clarity(NamedTuple):
    """What decides the class of a pair: the image, the caption, both together, or either."""

    decided_by: str
    figures: int  # of a hundred
    image_is_of_two: bool
    caption: str  # clear | generic | half: fits two classes


_CLARITIES = (
    _Clarity("either", 46, False, "clear"),
    _Clarity("image", 20, False, "generic"),
    _Clarity("image", 9, False, "half"),
    _Clarity("caption", 11, True, "clear"),
    _Clarity("both", 13, True, "half"),
    _Clarity("nothing", 1, True, "generic"),
)
_PLAIN = _CLARITIES[0]
_SIDES = (("left", "right"), ("top", "bottom"), ("left", "middle", "right"))


def weighted(rng: Rng, weights: dict[str, float]) -> str:
    """One of the names, as often as its weight says."""
    names = list(weights)
    shares = np.array([weights[name] for name in names])
    return names[int(rng.choice(len(names), p=shares / shares.sum()))]


def _partner(rng: Rng, label: str, pairs: tuple[Pair, ...], without: Pair | None) -> Pair:
    """A pair with the label whose other class is not in ``without``."""
    fits = [
        pair
        for pair in pairs
        if label in pair and (without is None or set(pair) & set(without) == {label})
    ]
    return fits[int(rng.integers(len(fits)))]


def _clarities(rng: Rng) -> Iterator[_Clarity]:
    """Endless hundreds of figures, each in an order of its own, so that the shares hold."""
    deck = [clarity for clarity in _CLARITIES for _ in range(clarity.figures)]
    while True:
        for i in rng.permutation(len(deck)).tolist():
            yield deck[i]


def _parts(rng: Rng, most: int) -> tuple[str, ...]:
    """The names of a figure's parts, of which there are at most so many."""
    count = min(int(rng.choice([1, 2, 3, 4], p=[0.55, 0.27, 0.12, 0.06])), most)
    if count == 1:
        return ("undivided",)
    sides = [names for names in _SIDES if len(names) == count]
    if sides and rng.random() < 0.05:
        return sides[int(rng.integers(len(sides)))]
    letters = "ABCD" if rng.random() < 0.6 else "abcd"
    return tuple(letters[:count])


def _figure(rng: Rng, number: int, label: str, clarity: _Clarity, most_parts: int) -> Figure:
    motif = weighted(rng, {n: m.weight for n, m in MOTIFS.items() if m.label == label})
    looks = _partner(rng, label, LOOKS_LIKE, None) if clarity.image_is_of_two else None
    wording: Wording = clarity.caption
    if wording == "half":
        wording = _partner(rng, label, READS_LIKE, looks)
    parts = _parts(rng, most_parts)
    caption = compose(rng, motif, wording, parts)
    return Figure(number, motif, clarity.decided_by, looks, wording, parts, caption)


def make_figures(rng: Rng, images: int) -> list[Figure]:
    """Figures whose parts add up to ``images``, in the class mix, similar ones in runs."""
    left = {label: share * images for label, share in SHARES.items()}
    clarities = _clarities(rng)
    figures: list[Figure] = []
    label = ""
    total = 0
    while total < images:
        if not label or left[label] < 1 or rng.random() > 0.35:
            label = weighted(rng, {name: max(n, 0.01) for name, n in left.items()})
        # Pathology neither looks nor reads like another class.
        clarity = _PLAIN if label == "pathology" else next(clarities)
        figure = _figure(rng, len(figures), label, clarity, most_parts=images - total)
        left[label] -= len(figure.parts)
        total += len(figure.parts)
        figures.append(figure)
    return figures
