"""Whether a 95 % interval covers the truth in 95 of 100 test splits: docs/significance.md's tables.

`python benchmarks/interval_coverage.py` after `dvc repro`, from the top of the project: half a
minute of one core. Test splits are simulated whose truth is known, each is scored as stage
`compare` does, and how often the intervals hold the truth is counted, for accuracy, macro-F1 and
the differences of two models.

A split is drawn article by article: the labels of its pairs are those of an article of the sample's
test split, so sizes and mixtures of classes are real. Whether a model is right on a pair is a coin
whose log odds are its class's plus the article's own (normal, half of its variance shared by both
models), so the pairs of an article are alike. The truth is integrated, not simulated.

Intervals compared, all on the same resamples:

- percentile: the middle 95 % of the resamples;
- expanded: the same with its ends moved out for the number of articles (Hesterberg 2015);
- t: that of all metrics (`pairdx.statistics.intervals.bootstrap`), exact for a share of none or
  all; sets in which it has no ends are not counted, and their share is told. With `--easier 1.5`
  both models are nearly always right.

The last table counts false alarms: how often tests of two models that are equally good say
`p < 0.05`.

Shapes: S sets, R resamples, A articles, K classes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Annotated

import numpy as np
import pyarrow.parquet as pq
import typer
from scipy.special import expit
from tqdm import trange

from pairdx.core.schema import LABELS
from pairdx.evidence.comparison.significance import mcnemar, sign_flip
from pairdx.statistics.intervals.bootstrap import (
    DIFFERENCE,
    SCORE,
    SHARE,
    Floats,
    Integers,
    Scale,
    article_weights,
    expanded,
    interval,
)
from pairdx.statistics.scores.classification import accuracy, macro_f1

CONFIDENCE = 0.95
CLASSES = len(LABELS)
SHARED = 0.5  # share of the variance of an article's effect that both models feel
# Log odds of being right in each class; accuracies of about 0.88 and 0.80.
FIRST = np.array([3.4, 3.0, 2.6, 2.2, 2.8, 2.4])
SECOND = np.array([2.4, 1.6, 2.2, 1.2, 2.0, 1.8])
NEXT = 0.6  # of the errors go to the next class, the others anywhere else
METRICS: dict[str, Callable[[Floats], Floats]] = {"accuracy": accuracy, "macro-F1": macro_f1}
SCALES: dict[str, Scale] = {"accuracy": SHARE, "macro-F1": SCORE}


@dataclass(frozen=True)
class World:
    """Where splits are drawn from."""

    kinds: Floats  # pairs of each class in the articles that are imitated, (articles, K)
    effect: float  # standard deviation of an article's own log odds
    easier: float = 0.0  # log odds that are added to both models

    @property
    def odds(self) -> tuple[Floats, Floats]:
        """Log odds of being right, (K,) for each model."""
        return FIRST + self.easier, SECOND + self.easier

    def right(self, odds: Floats, power: int = 1) -> Floats:
        """The mean over articles of the chance of being right, to a power, (K,)."""
        nodes, weights = np.polynomial.hermite_e.hermegauss(60)
        chance = expit(odds[:, None] + self.effect * nodes) ** power
        return np.asarray(chance @ weights / weights.sum())

    @property
    def correlation(self) -> float:
        """Of being right on two pairs of an article, the mean over the classes."""
        mean, squared = (self.right(self.odds[0], power) for power in (1, 2))
        return float(((squared - mean**2) / (mean - mean**2)).mean())


def main(
    predictions: Annotated[Path, typer.Option(help="Whose articles are imitated.")] = Path(
        "predictions/fusion.parquet"
    ),
    articles: Annotated[list[int], typer.Option(help="Articles of a simulated split.")] = [  # noqa: B006
        20,
        40,
        80,
    ],
    effects: Annotated[list[float], typer.Option(help="How much articles differ.")] = [  # noqa: B006
        0.0,
        1.5,
        3.0,
    ],
    easier: Annotated[float, typer.Option(help="Log odds that both models gain.")] = 0.0,
    sets: Annotated[int, typer.Option(help="Splits for each line.")] = 1000,
    resamples: int = 1000,
    seed: int = 0,
) -> None:
    """Print a line for each number of articles, effect and score: coverage and width."""
    kinds, begin = read_articles(predictions), process_time()
    worlds = [World(kinds, effect, easier) for effect in effects]
    print("| Articles | Correlation | Score | Truth | percentile | expanded | t | widths | | |")
    print("|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|")
    for line in coverage(worlds, articles, sets, resamples, seed):
        print(line)
    print("\n| Articles | Correlation | McNemar p < 0.05 | by article p < 0.05 |")
    print("|---:|---:|---:|---:|")
    for size in articles:
        for world in worlds:
            found = false_alarms(world, size, sets, np.random.default_rng([seed, size, 1]))
            cells = [
                f"{size}",
                f"{world.correlation:.2f}",
                *(f"{100 * one:.1f} %" for one in found),
            ]
            print("|", " | ".join(cells), "|")
    about = f"{sets} splits each, {resamples} resamples; a share of 95 % has a standard error of"
    error = 100 * np.sqrt(0.95 * 0.05 / sets)
    print(f"\n{about} {error:.1f} points. {process_time() - begin:.0f} s of one core.")


def coverage(
    worlds: list[World], articles: list[int], sets: int, resamples: int, seed: int
) -> Iterator[str]:
    """The lines of a table."""
    for size in articles:
        for world in worlds:
            generator = np.random.default_rng([seed, size, int(10 * world.effect)])
            ends = simulate(world, size, sets, resamples, generator)
            for score, true in true_scores(world).items():
                cells = [f"{size}", f"{world.correlation:.2f}", score, f"{true:.3f}"]
                known = [one[:, ~np.isnan(one[0])] for one in ends[score]]
                held = [np.mean((low <= true) & (true <= high)) for low, high in known]
                cells += [f"{100 * one:.1f} %" for one in held]
                cells += [f"{np.mean(high - low):.3f}" for low, high in known]
                if none := np.isnan(ends[score][-1, 0]).mean():
                    cells[6] += f" ({100 * none:.1f} % none)"
                yield f"| {' | '.join(cells)} |"


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


def true_scores(world: World) -> dict[str, float]:
    """Each score of infinitely many articles."""
    found: dict[str, float] = {}
    for name, metric in METRICS.items():
        both = []
        for odds in world.odds:
            right = world.right(odds)
            matrix = np.diag(right) + (1 - right)[:, None] * errors()
            both.append(float(metric((world.kinds.sum(axis=0)[:, None] * matrix)[None])[0]))
        found |= {name: both[0], f"difference in {name}": both[0] - both[1]}
    return found


def draw(world: World, size: int, generator: np.random.Generator) -> tuple[Floats, Floats]:
    """One split: the confusion matrices of each article under both models, (A, K, K) each."""
    pairs = world.kinds[generator.integers(len(world.kinds), size=size)].astype(np.int64)  # (A, K)
    matrices = []
    for odds, effect in zip(world.odds, article_effects(world, size, generator), strict=True):
        right = generator.binomial(pairs, expit(odds + effect[:, None]))
        matrix = generator.multinomial(pairs - right, errors())  # (A, K, K)
        matrix[:, np.arange(CLASSES), np.arange(CLASSES)] = right
        matrices.append(matrix.astype(np.float64))
    return matrices[0], matrices[1]


def article_effects(world: World, size: int, generator: np.random.Generator) -> list[Floats]:
    """What each article adds to the log odds, (A,) for each model."""
    shared, *own = generator.normal(size=(3, size))
    return [world.effect * (np.sqrt(SHARED) * shared + np.sqrt(1 - SHARED) * one) for one in own]


def false_alarms(world: World, size: int, sets: int, generator: np.random.Generator) -> list[float]:
    """How often McNemar's test, and that by article, tell two equally good models apart."""
    alarms = np.zeros(2)
    for _ in range(sets):
        kinds = world.kinds[generator.integers(len(world.kinds), size=size)]
        pairs = kinds.astype(np.int64)  # (A, K)
        articles, classes = (
            np.repeat(index, pairs.ravel()) for index in np.indices(pairs.shape).reshape(2, -1)
        )
        first, second = (
            generator.random(len(articles)) < expit(world.odds[0][classes] + effect[articles])
            for effect in article_effects(world, size, generator)
        )
        gain = first.astype(np.int64) - second
        sums = np.bincount(articles, weights=gain, minlength=size).astype(np.int64)
        p_values = mcnemar(int((gain < 0).sum()), int((gain > 0).sum())), sign_flip(sums)
        alarms += [p < 0.05 for p in p_values]
    return list(alarms / sets)


def simulate(
    world: World, size: int, sets: int, resamples: int, generator: np.random.Generator
) -> dict[str, Floats]:
    """The ends of each interval of each score, (methods, 2, S)."""
    ends: dict[str, list[list[tuple[float, float]]]] = {}
    single = np.arange(size)  # in matrices by article, each is a row of its own
    for _ in trange(sets, desc=f"{size} articles", disable=None):
        drawn = article_weights(single, resamples, generator)
        weights = np.concatenate([np.ones((1, size)), *drawn])
        matrices = draw(world, size, generator)
        both = [(weights @ one.reshape(size, -1)).reshape(-1, CLASSES, CLASSES) for one in matrices]
        sizes = matrices[0].sum(axis=(1, 2)).astype(np.int64)
        for name, metric in METRICS.items():
            first, second = (metric(one) for one in both)
            for score, values, scale in (
                (name, first, SCALES[name]),
                (f"difference in {name}", first - second, DIFFERENCE),
            ):
                ends.setdefault(score, []).append(intervals(values, sizes, scale))
    return {score: np.moveaxis(np.array(found), 0, -1) for score, found in ends.items()}


def intervals(values: Floats, sizes: Integers, scale: Scale) -> list[tuple[float, float]]:
    """Each interval, from the point and the resamples, (1 + R,)."""
    point, resampled = values[0], values[1:]
    percentiles = []
    for wanted in (CONFIDENCE, expanded(CONFIDENCE, np.ones(len(sizes), dtype=np.int64))):
        low, high = np.quantile(resampled, [(1 - wanted) / 2, (1 + wanted) / 2])
        percentiles.append((float(low), float(high)))
    articles = np.repeat(np.arange(len(sizes)), sizes)
    return [*percentiles, interval(point, resampled, CONFIDENCE, articles, scale)]


if __name__ == "__main__":
    typer.run(main)
