"""Means and intervals over articles, against numpy and cases worked out by hand."""

import numpy as np
import pytest

from pairdx.evaluate.means import mean_with_interval


def summarise(values, articles, resamples=2000):
    return mean_with_interval(
        "x", np.array(values, float), articles, resamples, 0.95, np.random.default_rng(0)
    )


def test_the_mean_is_numpys_and_the_interval_holds_it():
    values = np.random.default_rng(1).normal(2, 1, 80)
    found = summarise(values, [f"a{row // 2}" for row in range(80)])
    assert found["x"] == pytest.approx(values.mean(), abs=1e-6)
    clusters = values.reshape(40, 2).mean(1)
    half = 1.96 * clusters.std(ddof=1) / 40**0.5  # normal theory
    assert found["x_low"] == pytest.approx(values.mean() - half, abs=0.05)
    assert found["x_high"] == pytest.approx(values.mean() + half, abs=0.05)


def test_pairs_of_one_article_count_as_one_draw():
    values = np.repeat([0.0, 1.0] * 5, 8)
    apart = summarise(values, [f"a{row}" for row in range(80)])
    together = summarise(values, [f"a{row // 8}" for row in range(80)])
    assert together["x_high"] - together["x_low"] > 2 * (apart["x_high"] - apart["x_low"])


def test_one_article_has_no_width():
    assert summarise([1, 3], ["a", "a"]) == {"x": 2.0, "x_low": 2.0, "x_high": 2.0}


def test_what_is_not_there_is_left_out():
    assert summarise([1, np.nan, 3], ["a", "b", "a"]) == summarise([1, 3], ["a", "a"])


@pytest.mark.parametrize("values", [[], [np.nan, np.nan]])
def test_nothing_has_no_mean(values):
    assert summarise(values, ["a"] * len(values)) == {"x": None, "x_low": None, "x_high": None}
