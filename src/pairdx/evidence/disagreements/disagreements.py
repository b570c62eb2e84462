"""Where two models differ: how often, and who is right, by class and by caption length.

Two models differ on a pair if they predict different classes; then the first is right, the second,
or neither. Where a group has no pair, or no disagreement, there is no share and no interval.

Shape: N pairs.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field, Strict, field_validator

from pairdx.core.schema import LABELS
from pairdx.statistics.intervals.bootstrap import DIFFERENCE, Booleans, Integers
from pairdx.statistics.intervals.params import WithIntervals
from pairdx.statistics.intervals.resamples import Resamples
from pairdx.statistics.scores.classification import Predictions

LENGTHS = ("short", "medium", "long")


class DisagreementsParams(WithIntervals):
    """Two models of the comparison, and how many of their disagreements are shown."""

    section: ClassVar[str] = "disagreements"
    models: Annotated[tuple[str, str], Strict(False)]
    cards: int = Field(ge=0)  # cases shown of each kind
    thumbnail: int = Field(ge=32, le=2048)  # pixels of its longer side

    @field_validator("models")
    @classmethod
    def _two_models(cls, models: tuple[str, str]) -> tuple[str, str]:
        if models[0] == models[1]:
            raise ValueError("two different models are needed")
        return models


def count_words(captions: Sequence[str | None]) -> Integers:
    """Words of each caption, (N,); 0 where there is none."""
    return np.array([len((caption or "").split()) for caption in captions], dtype=np.int64)


def thirds(words: Integers) -> tuple[Integers, tuple[int, int]]:
    """Which third each caption is in, (N,), and the most words of the first two.

    Captions of one length stay together, so thirds are uneven where many are of one length.
    """
    ends = np.quantile(words, [1 / 3, 2 / 3], method="inverted_cdf")
    return np.searchsorted(ends, words, side="left"), (int(ends[0]), int(ends[1]))


def kinds(first: Predictions, second: Predictions) -> dict[str, Booleans]:
    """The pairs on which the two differ, by who is right: each (N,)."""
    differ = first.predicted != second.predicted
    return {
        "first_right": differ & first.correct,
        "second_right": differ & second.correct,
        "neither_right": differ & ~first.correct & ~second.correct,
    }


def summarise(
    models: Mapping[str, Predictions], words: Integers, params: DisagreementsParams, seed: int
) -> dict[str, Any]:
    """Count disagreements in all pairs, in every class and in every third of caption lengths.

    Args:
        models: two models' predictions for the same pairs, by name.
        words: of the captions of these pairs, (N,).
        params: resamples and confidence.
        seed: of the resamples.
    """
    (first_name, first), (second_name, second) = models.items()
    drawn = Resamples.draw(first.articles, params.resamples, params.confidence, seed)
    found = kinds(first, second)
    third, (short, medium) = thirds(words)

    def of(group: Booleans) -> dict[str, Any]:
        return _group(group, found, drawn)

    return {
        "first": first_name,
        "second": second_name,
        "all": of(np.ones(len(words), dtype=bool)),
        "by_class": {label: of(first.actual == k) for k, label in enumerate(LABELS)},
        "by_caption_length": {name: of(third == place) for place, name in enumerate(LENGTHS)},
        "words": {"short_up_to": short, "medium_up_to": medium},
    }


def _group(group: Booleans, found: Mapping[str, Booleans], drawn: Resamples) -> dict[str, Any]:
    """Counts in one group, and shares with intervals."""
    first, second, neither = found.values()
    differ = group & (first | second | neither)
    gain = first.astype(np.float64) - second
    return {
        "n": int(group.sum()),
        "differ": int(differ.sum()),
        **{name: int((group & pairs).sum()) for name, pairs in found.items()},
        **drawn.share("differ_share", differ, group),
        **drawn.share("first_right_share", first, differ),
        **drawn.share("second_right_share", second, differ),
        **drawn.mean("accuracy_difference", gain, group, DIFFERENCE),
    }
