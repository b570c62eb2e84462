"""Intervals of a mean over trainings: seeds and articles drawn anew."""

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import t

from pairdx.statistics.intervals.bootstrap import (
    ANY,
    SHARE,
    article_weights,
    interval,
    interval_over_seeds,
)

VALUES = np.random.default_rng(0).normal(0.8, 0.02, 1000)
MANY = np.arange(2000)


def test_with_many_articles_that_agree_it_is_students_over_seeds():
    by_seed = np.array([0.7, 0.75, 0.85])
    found = interval_over_seeds(by_seed, VALUES * 1e-5 + 0.8, 0.95, MANY, ANY)
    error = by_seed.std(ddof=1) / np.sqrt(3)
    assert found == pytest.approx(t.interval(0.95, 2, by_seed.mean(), error), abs=1e-5)


def test_seeds_that_agree_leave_the_interval_over_articles():
    found = interval_over_seeds(np.full(3, 0.8), VALUES, 0.95, np.arange(40), SHARE)
    assert found == pytest.approx(interval(0.8, VALUES, 0.95, np.arange(40), SHARE))


def test_variances_add_up():
    by_seed = np.array([0.78, 0.8, 0.82])
    low, high = interval_over_seeds(by_seed, VALUES, 0.95, MANY, ANY)
    articles, seeds = VALUES.var() * 2000 / 1999, 0.02**2 / 3
    degrees = (articles + seeds) ** 2 / (articles**2 / 1999 + seeds**2 / 2)
    assert high - low == pytest.approx(2 * t.ppf(0.975, degrees) * np.sqrt(articles + seeds))


def test_one_seed_and_perfect_seeds_are_as_without_seeds():
    articles = np.arange(30)
    one = interval_over_seeds(np.array([0.8]), VALUES, 0.95, articles, SHARE)
    assert one == interval(0.8, VALUES, 0.95, articles, SHARE)
    perfect = interval_over_seeds(np.ones(3), np.ones(100), 0.95, articles, SHARE)
    assert perfect == pytest.approx((0.025 ** (1 / 30), 1))


def test_it_holds_the_expected_score_where_articles_alone_do_not():
    """Three seeds that lie 0.05 apart, 80 articles: 400 sets have a standard error of a point."""
    generator = np.random.default_rng(2)
    (weights,) = article_weights(np.arange(80), 200, generator)
    of_seed, of_article = generator.normal(size=(300, 1)), generator.normal(size=(1, 5000))
    truth = expit(2.5 + 0.5 * of_seed + 1.5 * of_article).mean()
    held = []
    for _ in range(400):
        sizes = generator.choice([1, 1, 2, 3], size=80)
        odds = 2.5 + 0.5 * generator.normal(size=(3, 1)) + 1.5 * generator.normal(size=80)
        right = generator.binomial(sizes, expit(odds))
        by_seed = right.sum(axis=1) / sizes.sum()
        means = (weights @ right.T / (weights @ sizes)[:, None]).mean(axis=1)
        numbers = np.repeat(np.arange(80), sizes)
        both = interval_over_seeds(by_seed, means, 0.95, numbers, SHARE)
        alone = interval(by_seed.mean(), means, 0.95, numbers, SHARE)
        held.append([low <= truth <= high for low, high in (both, alone)])
    over_seeds, over_articles = np.mean(held, axis=0)
    assert over_seeds >= 0.93
    assert over_articles < 0.87
