"""What a model's scores lose when its inputs are changed, with paired intervals.

Before and after are scored on the same pairs and in the same resamples of articles, so that what
makes pairs hard or easy cancels out of the difference.

Shapes: R resamples, N pairs, V versions of the predictions, M metrics.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pairdx.evaluate.bootstrap import Floats, Integers, article_weights, interval
from pairdx.evaluate.classification import accuracy, confusion, macro_f1

METRICS = ("accuracy", "macro_f1")
DIGITS = 6


class Resampling(Protocol):
    """What a params section says of intervals."""

    @property
    def resamples(self) -> int:
        """How many resamples are drawn."""

    @property
    def confidence(self) -> float:
        """The share of them that lies inside an interval."""


@dataclass(frozen=True)
class Labelled:
    """The pairs that are scored; classes are positions in ``LABELS``."""

    articles: Integers  # (N,), from 0
    actual: Integers  # (N,)


def drops(
    pairs: Labelled,
    before: Integers,
    after: Mapping[str, Integers],
    params: Resampling,
    seed: int,
) -> dict[str, dict[str, float]]:
    """Score each version of the predictions: the metrics, and what is lost against ``before``.

    Args:
        pairs: what was predicted.
        before: predicted classes of the unchanged pairs, (N,).
        after: predicted classes by change, each (N,).
        params: of the intervals.
        seed: of the resamples.
    """
    versions = [before, *after.values()]
    points = _score(np.ones((1, len(pairs.actual))), pairs.actual, versions)[0]  # (V, M)
    generator = np.random.default_rng(seed)
    resampled = np.concatenate(
        [
            _score(weights, pairs.actual, versions)
            for weights in article_weights(pairs.articles, params.resamples, generator)
        ]
    )  # (R, V, M)
    return {
        name: _summary(points[0], points[row], resampled[:, 0] - resampled[:, row], params)
        for row, name in enumerate(after, start=1)
    }


def _score(weights: Floats, actual: Integers, versions: list[Integers]) -> Floats:
    """Every metric of every version under every row of ``weights`` (R, N): (R, V, M)."""
    scored = []
    for predicted in versions:
        matrices = confusion(weights, actual, predicted)
        scored.append(np.stack([accuracy(matrices), macro_f1(matrices)], axis=1))
    return np.stack(scored, axis=1)


def _summary(
    before: Floats, after: Floats, differences: Floats, params: Resampling
) -> dict[str, float]:
    """One version's metrics (M,), and its drops with their intervals from (R, M)."""
    summary = {name: float(value) for name, value in zip(METRICS, after, strict=True)}
    for column, name in enumerate(METRICS):
        low, high = interval(differences[:, column], params.confidence)
        drop = float(before[column] - after[column])
        summary |= {f"{name}_drop": drop, f"{name}_drop_low": low, f"{name}_drop_high": high}
    return {name: round(value, DIGITS) for name, value in summary.items()}
