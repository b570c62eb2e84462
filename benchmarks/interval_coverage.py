"""Whether a 95 % interval covers the truth in 95 of 100 test splits: docs/significance.md's table.

`python benchmarks/interval_coverage.py` after `dvc repro`, from the top of the project. Test splits
are simulated whose truth is known, each is scored as stages `evaluate` and `significance` do, and
how often the intervals hold the truth is counted, for accuracy, macro-F1 and the difference of two
models.

A split is drawn article by article: the labels of its pairs are those of an article of the sample's
test split, so sizes and mixtures of classes are real. Whether a model is right on a pair is a coin
whose log odds are its class's plus the article's own (normal, standard deviation EFFECT, half of
its variance shared by both models), so the pairs of an article are alike. The truth is integrated,
not simulated.

Intervals compared, all on the same resamples:

- percentile: the middle 95 % of the resamples;
- expanded: the same with its ends moved out for the number of articles, as in all metrics
  (`pairdx.statistics.intervals.bootstrap`);
- BCa: bias-corrected and accelerated (Efron 1987), and expanded too; the acceleration comes from
  leaving out each article.

A second table counts false alarms: how often tests of two models that are equally good say
`p < 0.05`.

Shapes: S sets, R resamples, A articles, K classes.
"""

from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Annotated

import numpy as np
import pyarrow.parquet as pq
import typer
from scipy.special import expit
from scipy.stats import norm
from tqdm import trange

from pairdx.core.schema import LABELS
from pairdx.evidence.comparison.significance import mcnemar, sign_flip
from pairdx.statistics.intervals.bootstrap import Floats, article_weights, expanded, interval
from pairdx.statistics.scores.classification import accuracy, macro_f1

CONFIDENCE = 0.95
CLASSES = len(LABELS)
EFFECT = 1.5  # of an article, in log odds
SHARED = 0.5  # share of its variance that both models feel
# Log odds of being right in each class; accuracies of about 0.88 and 0.80.
FIRST = np.array([3.4, 3.0, 2.6, 2.2, 2.8, 2.4])
SECOND = np.array([2.4, 1.6, 2.2, 1.2, 2.0, 1.8])
NEXT = 0.6  # of the errors go to the next class, the others anywhere else
METRICS: dict[str, Callable[[Floats], Floats]] = {"accuracy": accuracy, "macro-F1": macro_f1}


def main(
    predictions: Annotated[Path, typer.Option(help="Whose articles are imitated.")] = Path(
        "predictions/fusion.parquet"
    ),
    articles: Annotated[list[int], typer.Option(help="Articles of a simulated split.")] = [  # noqa: B006
        20,
        40,
        69,
        150,
        400,
    ],
    sets: Annotated[int, typer.Option(help="Splits for each number of articles.")] = 1000,
    resamples: int = 1000,
    seed: int = 0,
) -> None:
    """Print a row for each number of articles and score: coverage and width of each interval."""
    kinds = read_articles(predictions)
    truth = true_scores(kinds)
    print("| Articles | Score | Truth | percentile | expanded | BCa | their widths | | |")
    print("|---:|---|---:|---:|---:|---:|---:|---:|---:|")
    begin = process_time()
    for size in articles:
        ends = simulate(kinds, size, sets, resamples, np.random.default_rng([seed, size]))
        for score, true in truth.items():
            covered = [np.mean((low <= true) & (true <= high)) for low, high in ends[score]]
            widths = [np.mean(high - low) for low, high in ends[score]]
            cells = [f"{size}", score, f"{true:.3f}", *(f"{100 * one:.1f} %" for one in covered)]
            print("|", " | ".join([*cells, *(f"{width:.3f}" for width in widths)]), "|")
    print("\n| Articles | McNemar p < 0.05 | by article p < 0.05 |")
    print("|---:|---:|---:|")
    for size in articles:
        found = false_alarms(kinds, size, sets, np.random.default_rng([seed, size, 1]))
        print("|", " | ".join([f"{size}", *(f"{100 * one:.1f} %" for one in found)]), "|")
    about = f"{sets} splits each, {resamples} resamples; a share of 95 % has a standard error of"
    error = 100 * np.sqrt(0.95 * 0.05 / sets)
    print(f"\n{about} {error:.1f} points. {process_time() - begin:.0f} s of one core.")


def read_articles(path: Path) -> Floats:
    """How many pairs of each class the articles of a prediction table have, (articles, K)."""
    table = pq.read_table(path, columns=["article_id", "label"])
    names, rows = np.unique(table["article_id"].to_numpy(), return_inverse=True)
    counts = np.zeros((len(names), CLASSES))
    labels = np.array([LABELS.index(label) for label in table["label"].to_pylist()])
    np.add.at(counts, (rows, labels), 1)
    return counts


def errors() -> Floats:
    """Where the errors of each class go, (K, K)."""
    spread = np.full((CLASSES, CLASSES), (1 - NEXT) / (CLASSES - 2))
    np.fill_diagonal(spread, 0)
    spread[np.arange(CLASSES), (np.arange(CLASSES) + 1) % CLASSES] = NEXT
    return spread


def true_scores(kinds: Floats) -> dict[str, float]:
    """Each score of infinitely many articles."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    found: dict[str, float] = {}
    for name, metric in METRICS.items():
        both = []
        for odds in (FIRST, SECOND):
            right = expit(odds[:, None] + EFFECT * nodes) @ weights / weights.sum()
            matrix = np.diag(right) + (1 - right)[:, None] * errors()
            both.append(float(metric((kinds.sum(axis=0)[:, None] * matrix)[None])[0]))
        found |= {name: both[0], f"difference in {name}": both[0] - both[1]}
    return found


def draw(kinds: Floats, size: int, generator: np.random.Generator) -> tuple[Floats, Floats]:
    """One split: the confusion matrices of each article under both models, (A, K, K) each."""
    pairs = kinds[generator.integers(len(kinds), size=size)].astype(np.int64)  # (A, K)
    shared, *own = generator.normal(size=(3, size))
    matrices = []
    for odds, effect in zip((FIRST, SECOND), own, strict=True):
        of_article = EFFECT * (np.sqrt(SHARED) * shared + np.sqrt(1 - SHARED) * effect)
        right = generator.binomial(pairs, expit(odds + of_article[:, None]))
        matrix = generator.multinomial(pairs - right, errors())  # (A, K, K)
        matrix[:, np.arange(CLASSES), np.arange(CLASSES)] = right
        matrices.append(matrix.astype(np.float64))
    return matrices[0], matrices[1]


def false_alarms(
    kinds: Floats, size: int, sets: int, generator: np.random.Generator
) -> list[float]:
    """How often McNemar's test, and that by article, tell two equally good models apart."""
    alarms = np.zeros(2)
    for _ in range(sets):
        pairs = kinds[generator.integers(len(kinds), size=size)].astype(np.int64)  # (A, K)
        articles, classes = (
            np.repeat(index, pairs.ravel()) for index in np.indices(pairs.shape).reshape(2, -1)
        )
        shared, *own = generator.normal(size=(3, size))
        effects = [EFFECT * (np.sqrt(SHARED) * shared + np.sqrt(1 - SHARED) * one) for one in own]
        first, second = (
            generator.random(len(articles)) < expit(FIRST[classes] + effect[articles])
            for effect in effects
        )
        gain = first.astype(np.int64) - second
        sums = np.bincount(articles, weights=gain, minlength=size).astype(np.int64)
        p_values = mcnemar(int((gain < 0).sum()), int((gain > 0).sum())), sign_flip(sums)
        alarms += [p < 0.05 for p in p_values]
    return list(alarms / sets)


def simulate(
    kinds: Floats, size: int, sets: int, resamples: int, generator: np.random.Generator
) -> dict[str, Floats]:
    """The ends of each interval of each score, (methods, 2, S)."""
    ends: dict[str, list[list[tuple[float, float]]]] = {}
    single = np.arange(size)  # in matrices by article, each is a row of its own
    left_out = 1 - np.eye(size)
    for _ in trange(sets, desc=f"{size} articles", disable=None):
        batches = article_weights(single, resamples, generator)
        weights = np.concatenate([np.ones((1, size)), left_out, *batches])
        both = [
            (weights @ matrix.reshape(size, -1)).reshape(-1, CLASSES, CLASSES)
            for matrix in draw(kinds, size, generator)
        ]
        for name, metric in METRICS.items():
            first, second = (metric(matrices) for matrices in both)
            for score, values in ((name, first), (f"difference in {name}", first - second)):
                ends.setdefault(score, []).append(intervals(values, size))
    return {score: np.moveaxis(np.array(found), 0, -1) for score, found in ends.items()}


def intervals(values: Floats, size: int) -> list[tuple[float, float]]:
    """Each interval, from the point, the A values without one article, and the resamples."""
    point, without, resampled = values[0], values[1 : size + 1], values[size + 1 :]
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(resampled, [tail, 1 - tail])
    levels = bca_levels(point, without, resampled, (1 - expanded(CONFIDENCE, size)) / 2)
    bca_low, bca_high = np.quantile(resampled, levels)
    return [(low, high), interval(resampled, CONFIDENCE, size), (bca_low, bca_high)]


def bca_levels(point: float, without: Floats, resampled: Floats, tail: float) -> Floats:
    """The two quantiles of the resamples at which BCa's interval ends; ties count half."""
    below = np.mean(resampled < point) + np.mean(resampled == point) / 2
    bias = norm.ppf(np.clip(below, 1 / len(resampled), 1 - 1 / len(resampled)))
    gaps = without.mean() - without
    spread = (gaps**2).sum() ** 1.5
    acceleration = (gaps**3).sum() / (6 * spread) if spread else 0.0
    ends = bias + norm.ppf([tail, 1 - tail])
    return norm.cdf(bias + ends / (1 - acceleration * ends))


if __name__ == "__main__":
    typer.run(main)
