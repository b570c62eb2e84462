"""How good a model is for each group of pairs, and the largest gap between two groups.

Gaps are paired: both groups are scored on the same resamples of whole articles. The largest of many
gaps is large by chance alone, so beside its own interval stands one that holds for all comparisons
of the model at once: the single-step max-t interval of the bootstrap (Westfall & Young 1993), which
is the gap plus or minus q standard errors, q being the quantile of the largest studentised
deviation over all the gaps, moved out for the number of articles as all intervals are. It widens
with the number of comparisons, and less so where these hang together.

Shapes: R resamples, N pairs, G groups, P pairs of groups.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pairdx.core.csv_lines import to_csv
from pairdx.evidence.subgroups.attributes import Attribute
from pairdx.evidence.subgroups.params import SubgroupsParams
from pairdx.statistics.intervals.bootstrap import (
    DIFFERENCE,
    SAME,
    SCORE,
    Floats,
    Integers,
    expanded,
)
from pairdx.statistics.intervals.reported import rounded, with_interval
from pairdx.statistics.intervals.resamples import Resamples
from pairdx.statistics.scores.classification import (
    COMPARED,
    Predictions,
    accuracy,
    confusion,
    macro_f1,
)


@dataclass(frozen=True)
class Scores:
    """The groups of one attribute under one metric; NaN where a group cannot be scored."""

    attribute: Attribute
    articles: Integers  # (N,)
    values: Floats  # (1 + R, G): of the pairs as they are, then of each resample
    compared: tuple[tuple[int, int], ...]  # pairs of groups that are large enough

    @property
    def gaps(self) -> Floats:
        """The difference of each two ``compared`` groups, (P,)."""
        return self._differences[0]

    @property
    def resampled_gaps(self) -> Floats:
        """The same in each resample, (R, P)."""
        return self._differences[1:]

    @cached_property
    def _differences(self) -> Floats:
        first, second = np.array(self.compared, dtype=np.int64).reshape(-1, 2).T
        return self.values[:, first] - self.values[:, second]


def summarise(
    predictions: Predictions, attributes: Sequence[Attribute], params: SubgroupsParams, seed: int
) -> dict[str, Any]:
    """Score every group of every attribute, and find the largest gap of each and of all.

    Args:
        predictions: of one model.
        attributes: the groups of the same pairs, in the same order.
        params: section ``subgroups``.
        seed: from which the resamples are drawn; the same for every model.
    """
    drawn = Resamples.draw(predictions.articles, params.resamples, params.confidence, seed)
    scored = {
        attribute.name: _score(predictions, attribute, params.min_pairs, drawn)
        for attribute in attributes
    }
    widths = {
        metric: _max_t([scores[metric] for scores in scored.values()], params.confidence)
        for metric in COMPARED
    }
    by = {
        name: {
            "groups": _groups(predictions, scores, params.min_pairs, drawn),
            "largest_gap": {
                metric: _largest_gap(scores[metric], widths[metric], params.confidence)
                for metric in COMPARED
            },
        }
        for name, scores in scored.items()
    }
    return {
        "comparisons": {
            metric: sum(len(scores[metric].compared) for scores in scored.values())
            for metric in COMPARED
        },
        "largest_gap": {metric: _largest_of_all(by, metric) for metric in COMPARED},
        "by": by,
    }


def chart(summaries: Mapping[str, Mapping[str, Any]]) -> str:
    """One row a model, attribute and group, as CSV: accuracy with its interval."""
    columns = ["model", "attribute", "group", "value", "low", "high", "n", "small"]
    keys = ("accuracy", "accuracy_low", "accuracy_high", "n", "small")
    rows = [
        (model, attribute, group, *(of[key] for key in keys))
        for model, summary in summaries.items()
        for attribute, found in summary["by"].items()
        for group, of in found["groups"].items()
    ]
    return to_csv(pd.DataFrame(rows, columns=columns))


def _score(
    predictions: Predictions, attribute: Attribute, min_pairs: int, drawn: Resamples
) -> dict[str, Scores]:
    """Score the groups of one attribute by each metric."""
    size = len(attribute.groups)
    inside = [attribute.member == group for group in range(size)]
    classes = [len(np.unique(predictions.actual[rows])) for rows in inside]
    # With a single class, F1 only says how often the others were predicted: accuracy says it all.
    scorable = {"accuracy": [True] * size, "macro_f1": [count > 1 for count in classes]}
    measured = _metrics(predictions, inside, drawn)
    scores = {}
    for metric in COMPARED:
        values = np.where(scorable[metric], measured[metric], np.nan)  # (1 + R, G)
        large = [
            group
            for group in range(size)
            if scorable[metric][group] and inside[group].sum() >= min_pairs
        ]
        compared = tuple(combinations(large, 2))
        scores[metric] = Scores(attribute, predictions.articles, values, compared)
    return scores


def _metrics(
    predictions: Predictions, inside: Sequence[npt.NDArray[np.bool_]], drawn: Resamples
) -> dict[str, Floats]:
    """Accuracy and macro-F1 of each group, (1 + R, G); NaN where a resample holds none of it."""
    actual, predicted = predictions.actual, predictions.predicted

    def matrices(weights: Floats) -> Floats:  # (R, G, K, K)
        groups = [confusion(weights[:, one], actual[one], predicted[one]) for one in inside]
        return np.stack(groups, axis=1)

    of_groups = drawn.each(matrices).swapaxes(0, 1)
    with np.errstate(invalid="ignore"):  # 0 / 0
        return {
            "accuracy": np.column_stack([accuracy(matrix) for matrix in of_groups]),
            "macro_f1": np.column_stack([macro_f1(matrix) for matrix in of_groups]),
        }


def _groups(
    predictions: Predictions, scores: Mapping[str, Scores], min_pairs: int, drawn: Resamples
) -> dict[str, dict[str, Any]]:
    attribute = scores["accuracy"].attribute
    table: dict[str, dict[str, Any]] = {}
    for position, group in enumerate(attribute.groups):
        inside = attribute.member == position
        size = int(inside.sum())
        table[group] = {
            "n": size,
            "articles": len(np.unique(predictions.articles[inside])),
            "small": size < min_pairs,
        }
        table[group] |= drawn.share("accuracy", predictions.correct, inside)
        table[group] |= drawn.summary(
            "macro_f1", scores["macro_f1"].values[:, position], SCORE, inside
        )
    return table


def _largest_gap(scores: Scores, width: float, confidence: float) -> dict[str, Any] | None:
    """Describe the largest gap between two groups, None where fewer than two can be compared.

    Of equal gaps the first in the order of the groups is told.
    """
    if not scores.compared:
        return None
    gaps, resampled = scores.gaps, scores.resampled_gaps
    at = int(np.abs(gaps).argmax())
    sign = 1 if gaps[at] >= 0 else -1
    best, worst = scores.compared[at][::sign]
    gap, values = sign * gaps[at], sign * resampled[:, at]
    articles = scores.articles[np.isin(scores.attribute.member, (best, worst))]
    told = with_interval("gap", gap, values, confidence, articles, DIFFERENCE)
    spread = float(np.nanstd(values))
    reach = width * spread if spread > SAME else np.nan  # where nothing varies, nothing is known
    return {
        "best": scores.attribute.groups[best],
        "worst": scores.attribute.groups[worst],
        **dict(zip(("gap", "low", "high"), told.values(), strict=True)),
        # np.maximum keeps NaN, which has no interval.
        "adjusted_low": rounded(np.maximum(gap - reach, -1)),
        "adjusted_high": rounded(np.minimum(gap + reach, 1)),
    }


def _largest_of_all(by: Mapping[str, Any], metric: str) -> dict[str, Any] | None:
    """Return the largest of the attributes' gaps, the first of equal ones."""
    gaps = [
        {"attribute": name, **found["largest_gap"][metric]}
        for name, found in by.items()
        if found["largest_gap"][metric]
    ]
    return max(gaps, key=lambda gap: gap["gap"], default=None)


def _max_t(all_scores: Sequence[Scores], confidence: float) -> float:
    """How many standard errors an interval must reach to hold for all comparisons at once."""
    gaps = np.concatenate([scores.gaps for scores in all_scores])
    articles = np.concatenate([scores.articles for scores in all_scores])
    sizes = np.unique(articles, return_counts=True)[1]
    if not len(gaps) or len(sizes) < 2:
        return 0.0
    resampled = np.concatenate([scores.resampled_gaps for scores in all_scores], axis=1)
    error = np.nanstd(resampled, axis=0)
    moving = error > SAME  # two groups without any mistake do not move
    if not moving.any():
        return 0.0
    deviations = np.abs(resampled[:, moving] - gaps[moving]) / error[moving]
    wanted = expanded(confidence, sizes)
    return float(np.nanquantile(np.fmax.reduce(deviations, axis=1), wanted))
