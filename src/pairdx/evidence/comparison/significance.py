"""Which differences between models are real: intervals, McNemar's test, Holm's correction.

Three answers to one question, for every two models on the same pairs:

- **The interval** of the difference, by the bootstrap that ``evaluate`` uses: both models see the
  same resamples of articles, so what makes an article hard for both cancels out.
- **McNemar's exact test** (1947) on right and wrong: of the pairs that one model alone gets right,
  could the halves be so unequal by chance? It takes pairs for independent draws, which those of
  one article are not, and is then too sure of itself.
- **The same test by article**: each article's sum of differences keeps its size, its sign is
  tossed. The distribution is exact, and with one pair an article it is McNemar's.

Of n models, n (n - 1) / 2 pairs are tested: Holm's correction (1979) keeps the probability of any
false alarm below the level, and needs no independence of the tests.

Shapes: R resamples, N pairs, A articles.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from pairdx.statistics.intervals.bootstrap import DIFFERENCE, Floats, Integers
from pairdx.statistics.intervals.params import IntervalParams
from pairdx.statistics.intervals.reported import Summary
from pairdx.statistics.intervals.resamples import Resamples
from pairdx.statistics.scores.classification import COMPARED, Predictions, confusion

TESTS = ("p", "p_by_article")
NEGLIGIBLE = 1e-40  # a chance that changes no p-value that anybody reads


def compare_all(
    models: Mapping[str, Predictions], params: IntervalParams, seed: int
) -> list[dict[str, Any]]:
    """Compare every two models; differences are the first's score less the second's.

    Args:
        models: predictions by model, for the same pairs in the same order.
        params: resamples and confidence.
        seed: of the resamples, which are the same for all models.
    """
    articles = next(iter(models.values())).articles
    drawn = Resamples.draw(articles, params.resamples, params.confidence, seed)
    scores = {name: _scores(one, drawn) for name, one in models.items()}
    found: list[dict[str, Any]] = [
        {"first": first, "second": second}
        | _differences(scores[first], scores[second], drawn)
        | _tests(models[first], models[second])
        for first, second in combinations(models, 2)
    ]
    for test in TESTS:
        corrected = holm([one[test] for one in found])
        for one, p in zip(found, corrected, strict=True):
            one[f"{test}_holm"] = p
    return found


def mcnemar(n01: int, n10: int) -> float:
    """Two-sided exact p-value of two counts of discordant pairs; 1 where there are none."""
    from scipy.stats import binomtest

    return float(binomtest(n10, n01 + n10).pvalue) if n01 + n10 else 1.0


def sign_flip(sums: Integers) -> float:
    """Two-sided exact p-value of a sum whose terms (A,) might as well have had the other sign.

    Terms of one size are tossed like coins, so that their sum is binomial; the sums of all sizes
    are convolved. What is `NEGLIGIBLE` is cut off, so that a million articles cost
    no more memory than the square root of their number.
    """
    chance = np.ones(1)  # of the sums around 0, in steps of 1
    for size, count in zip(*np.unique(np.abs(sums[sums != 0]), return_counts=True), strict=True):
        heads = _heads(int(count))
        spread = np.zeros(2 * int(size) * (len(heads) - 1) + 1)
        spread[:: 2 * int(size)] = heads
        chance = _cut(np.convolve(chance, spread))
    reached = np.abs(np.arange(len(chance)) - len(chance) // 2) >= abs(int(sums.sum()))
    return min(1.0, max(NEGLIGIBLE, float(chance[reached].sum())))


def _heads(tosses: int) -> Floats:
    """The middle of the distribution of heads."""
    chance, some = np.ones(1), np.full(2, 0.5)
    while tosses:
        if tosses % 2:
            chance = _cut(np.convolve(chance, some))
        some, tosses = _cut(np.convolve(some, some)), tosses // 2
    return chance


def _cut(chance: Floats) -> Floats:
    """The middle of a symmetric distribution, as much being cut off on both sides."""
    there = np.flatnonzero(chance > NEGLIGIBLE)
    cut = min(int(there[0]), len(chance) - 1 - int(there[-1]))
    return chance[cut : len(chance) - cut]


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values after Holm's step-down correction, in the order given."""
    ranked = np.argsort(p_values, kind="stable")
    steps = np.asarray(p_values)[ranked] * np.arange(len(ranked), 0, -1)
    corrected = np.empty(len(ranked))
    corrected[ranked] = np.minimum(np.maximum.accumulate(steps), 1)
    return [float(p) for p in corrected]


def _scores(model: Predictions, drawn: Resamples) -> dict[str, Floats]:
    """Each metric of all pairs (first) and of every resample, (1 + R,)."""
    matrices = drawn.each(lambda weights: confusion(weights, model.actual, model.predicted))
    return {name: metric(matrices) for name, metric in COMPARED.items()}


def _differences(first: dict[str, Floats], second: dict[str, Floats], drawn: Resamples) -> Summary:
    found: Summary = {}
    for name in COMPARED:
        found |= drawn.summary(name, first[name] - second[name], DIFFERENCE)
    return found


def _tests(first: Predictions, second: Predictions) -> dict[str, float]:
    """Pairs that only one of the models gets right, and the p-values of their difference."""
    gain = first.correct.astype(np.int64) - second.correct
    n01, n10 = int((gain < 0).sum()), int((gain > 0).sum())
    sums = np.bincount(first.articles, weights=gain).astype(np.int64)
    return {"n01": n01, "n10": n10, "p": mcnemar(n01, n10), "p_by_article": sign_flip(sums)}
