"""Whether an interval over seeds and articles holds the expected score (docs/significance.md).

`python benchmarks/seed_coverage.py`: ten seconds of one core. Trainings of one recipe under S seeds
are simulated on the same A test articles (one to nine pairs): whether a pair is right is a coin
whose log odds are those of the recipe plus what the article, the seed, and both together add, each
normal. The truth is the accuracy over infinitely many articles and seeds.

Intervals compared:

- one training: articles resampled, of the first seed alone, as in `metrics/`;
- articles: of the mean over the seeds, articles resampled;
- both resampled: articles and seeds, the middle 95 %;
- over seeds: what `pairdx seeds` gives (`pairdx.statistics.intervals.bootstrap`).
"""

from typing import Annotated

import numpy as np
import typer
from scipy.special import expit

from pairdx.statistics.intervals.bootstrap import (
    SHARE,
    Floats,
    article_weights,
    interval,
    interval_over_seeds,
)

CONFIDENCE = 0.95
SIZES = [1, 1, 1, 2, 2, 3, 4, 9]  # pairs of an article
ODDS, ARTICLE, BOTH = 2.5, 1.5, 0.7  # log odds of being right; what adds to them, as deviations
NAMES = ("one training", "articles", "both resampled", "over seeds")


def main(
    articles: Annotated[list[int], typer.Option(help="Test articles.")] = [40, 80],  # noqa: B006
    seeds: Annotated[list[int], typer.Option(help="Trainings.")] = [3, 5, 10],  # noqa: B006
    noise: Annotated[list[float], typer.Option(help="Deviation of seeds, log odds.")] = [  # noqa: B006
        0.0,
        0.2,
        0.5,
    ],
    sets: int = 1000,
    resamples: int = 400,
) -> None:
    """Print how often each interval holds the truth."""
    print("| Articles | Seeds | Their sd |", " | ".join(NAMES), "| width |")
    print("|---:" * (len(NAMES) + 4) + "|")
    for size in articles:
        for count in seeds:
            for deviation in noise:
                generator = np.random.default_rng([size, count, int(10 * deviation)])
                truth, sd = expected(deviation)
                drawn = [one(size, count, deviation, resamples, generator) for _ in range(sets)]
                ends = np.array(drawn)  # (sets, 4, 2)
                held = np.mean((ends[..., 0] <= truth) & (truth <= ends[..., 1]), axis=0)
                cells = [f"{size}", f"{count}", f"{sd:.3f}", *(f"{100 * h:.1f} %" for h in held)]
                print("|", " | ".join(cells), f"| {np.ptp(ends[:, -1], axis=1).mean():.3f} |")


def expected(deviation: float) -> tuple[float, float]:
    """The accuracy over all articles and seeds, and how far trainings lie from it."""
    generator = np.random.default_rng(0)
    of_article = np.hypot(ARTICLE, BOTH) * generator.normal(size=(1, 20_000))
    by_seed = expit(ODDS + deviation * generator.normal(size=(500, 1)) + of_article).mean(axis=1)
    return float(by_seed.mean()), float(by_seed.std())


def one(
    size: int, seeds: int, deviation: float, resamples: int, generator: np.random.Generator
) -> list[tuple[float, float]]:
    """The intervals of one set of trainings."""
    sizes = generator.choice(SIZES, size=size)
    odds = (
        ODDS + deviation * generator.normal(size=(seeds, 1)) + ARTICLE * generator.normal(size=size)
    )
    right = generator.binomial(sizes, expit(odds + BOTH * generator.normal(size=(seeds, size))))
    drawn = article_weights(np.arange(size), resamples, generator)
    weights = np.concatenate([np.ones((1, size)), *drawn])
    shares = weights @ right.T / (weights @ sizes)[:, None]  # (1 + R, S)
    numbers, means = np.repeat(np.arange(size), sizes), shares.mean(axis=1)
    return [
        interval(shares[0, 0], shares[1:, 0], CONFIDENCE, numbers, SHARE),
        interval(means[0], means[1:], CONFIDENCE, numbers, SHARE),
        resampled_seeds(shares[1:], generator),
        interval_over_seeds(shares[0], means[1:], CONFIDENCE, numbers, SHARE),
    ]


def resampled_seeds(shares: Floats, generator: np.random.Generator) -> tuple[float, float]:
    """The middle 95 % of means over drawn seeds of resamples (R, S)."""
    drawn = generator.integers(shares.shape[1], size=shares.shape)
    means = np.take_along_axis(shares, drawn, axis=1).mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


if __name__ == "__main__":
    typer.run(main)
