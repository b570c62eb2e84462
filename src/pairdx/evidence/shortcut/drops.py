"""What a model's scores lose when its inputs are changed, with paired intervals.

Before and after are scored on the same pairs and in the same resamples of articles, so that what
makes pairs hard or easy cancels out of the difference.

Shapes: R resamples, N pairs, V versions of the predictions, M metrics.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pairdx.statistics.intervals.bootstrap import DIFFERENCE, Floats, Integers, article_weights
from pairdx.statistics.intervals.reported import Summary, rounded, with_interval
from pairdx.statistics.scores.classification import COMPARED, confusion


class Resampling(Protocol):
    """What a params section says of intervals."""

    @property
    def resamples(self) -> int:
        """How many resamples are drawn."""

    @property
    def confidence(self) -> float:
        """How often an interval shall hold the truth."""


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
) -> dict[str, Summary]:
    """Score each version of the predictions: the metrics, and what is lost against ``before``.

    Args:
        pairs: what was predicted.
        before: predicted classes of the unchanged pairs, (N,).
        after: predicted classes by change, each (N,).
        params: of the intervals.
        seed: of the resamples.
    """
    versions = [before, *after.values()]
    resamples = article_weights(pairs.articles, params.resamples, np.random.default_rng(seed))
    weights = (np.ones((1, len(pairs.actual))), *resamples)
    scored = np.concatenate([_score(rows, pairs.actual, versions) for rows in weights])
    return {
        name: _summary(scored[:, 0], scored[:, version], params.confidence, pairs.articles)
        for version, name in enumerate(after, start=1)
    }


def _score(weights: Floats, actual: Integers, versions: Sequence[Integers]) -> Floats:
    """Every metric of every version under every row of ``weights`` (R, N): (R, V, M)."""
    scored = []
    for predicted in versions:
        matrices = confusion(weights, actual, predicted)
        scored.append(np.stack([metric(matrices) for metric in COMPARED.values()], axis=1))
    return np.stack(scored, axis=1)


def _summary(before: Floats, after: Floats, confidence: float, articles: Integers) -> Summary:
    """The metrics of a version (1 + R, M), and its drops with their intervals."""
    summary = {name: rounded(value) for name, value in zip(COMPARED, after[0], strict=True)}
    for name, lost in zip(COMPARED, (before - after).T, strict=True):
        summary |= with_interval(
            f"{name}_drop", lost[0], lost[1:], confidence, articles, DIFFERENCE
        )
    return summary
