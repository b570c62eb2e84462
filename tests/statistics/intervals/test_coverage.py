"""Few articles whose pairs are much alike: does the interval hold the truth often enough?"""

import numpy as np
import pytest
from scipy.special import expit

from pairdx.statistics.intervals.bootstrap import (
    LOSS,
    SCORE,
    SHARE,
    article_weights,
    interval,
)

SETS, RESAMPLES = 600, 300
SIZES = [1, 1, 1, 2, 2, 3, 4, 9]  # pairs of an article


def covered(articles, odds, effect, seed):
    """How often the interval of a share holds it; a pair is right as its article is hard."""
    generator = np.random.default_rng(seed)
    truth = expit(odds + effect * generator.normal(size=2_000_000)).mean()
    (weights,) = article_weights(np.arange(articles), RESAMPLES, generator)
    held = []
    for _ in range(SETS):
        sizes = generator.choice(SIZES, size=articles)
        chance = expit(odds + effect * generator.normal(size=articles))
        right = generator.binomial(sizes, chance)
        shares = weights @ right / (weights @ sizes)
        numbers = np.repeat(np.arange(articles), sizes)
        low, high = interval(right.sum() / sizes.sum(), shares, 0.95, numbers, SHARE)
        held.append(low <= truth <= high)  # of NaN, not
    return np.mean(held)


@pytest.mark.parametrize("articles", [20, 40])
@pytest.mark.parametrize("effect", [1.5, 3.0])
def test_it_does_with_strong_article_effects(articles, effect):
    # 95 % of 600 have a standard error of 0.9 points.
    assert 0.93 <= covered(articles, 2.5, effect, seed=articles) <= 0.985


def test_it_does_where_many_samples_are_perfect():
    """Every second sample of twenty articles has no error: a width of 0 would be wrong there."""
    assert covered(20, 4.5, 1.5, seed=0) >= 0.95


@pytest.mark.parametrize("point", [1e-5, 0.5, 1 - 1e-5])
def test_an_interval_of_any_reach_stays_on_its_scale(point):
    low, high = SCORE.interval(point, 0.3)
    assert 0 <= low < point < high <= 1
    low, high = LOSS.interval(0.001, 5.0)
    assert 0 <= low < 0.001 < high < np.inf
