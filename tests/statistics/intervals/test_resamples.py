"""Means and shares of some pairs, and their intervals."""

import tracemalloc

import numpy as np
import pytest
from scipy.stats import t

from pairdx.statistics.intervals import bootstrap
from pairdx.statistics.intervals.bootstrap import article_weights, rows_at_once
from pairdx.statistics.intervals.resamples import Resamples


def test_a_mean_by_hand():
    weights = np.array([[1, 1, 1], [2, 1, 0], [1, 2, 0], [0, 0, 3]], np.uint8)
    drawn = Resamples(np.arange(3), weights, 0.95)
    group = np.array([True, True, False])
    found = drawn.mean("m", np.array([1.0, 4.0, 100.0]), group)
    assert found["m"] == 2.5
    # Resamples say 2 and 3, and the last, which has nobody of the group, nothing.
    wanted = t.interval(0.95, 1, loc=2.5, scale=0.5 * 2**0.5)
    assert (found["m_low"], found["m_high"]) == pytest.approx(wanted)


def test_a_mean_is_numpys_and_its_interval_that_of_normal_theory():
    values = np.random.default_rng(1).normal(2, 1, 80)
    drawn = Resamples.draw(np.arange(80) // 2, 2000, 0.95, seed=0)
    found = drawn.mean("m", values, np.ones(80, dtype=bool))
    assert found["m"] == pytest.approx(values.mean(), abs=1e-6)
    clusters = values.reshape(40, 2).mean(1)
    wanted = t.interval(0.95, 39, loc=values.mean(), scale=clusters.std(ddof=1) / 40**0.5)
    assert (found["m_low"], found["m_high"]) == pytest.approx(wanted, abs=0.05)


def test_pairs_of_one_article_count_as_one_draw():
    values, everyone = np.repeat([0.0, 1.0] * 5, 8), np.ones(80, dtype=bool)
    apart, together = (
        Resamples.draw(articles, 500, 0.95, seed=0).mean("m", values, everyone)
        for articles in (np.arange(80), np.arange(80) // 8)
    )
    assert together["m_high"] - together["m_low"] > 2 * (apart["m_high"] - apart["m_low"])


def test_one_article_has_no_interval():
    drawn = Resamples.draw(np.array([0, 0, 1]), 100, 0.95, seed=0)
    group = np.array([True, True, False])
    found = drawn.share("s", np.array([True, False, True]), group)
    assert found == {"s": 0.5, "s_low": None, "s_high": None}


def test_nothing_is_null():
    drawn = Resamples.draw(np.arange(3), 100, 0.95, seed=0)
    nobody = np.zeros(3, dtype=bool)
    assert drawn.mean("m", np.ones(3), nobody) == {"m": None, "m_low": None, "m_high": None}


def test_a_few_resamples_at_a_time_give_what_all_do(monkeypatch):
    generator = np.random.default_rng(5)
    articles, values = generator.integers(0, 30, 90), generator.normal(size=90)
    articles[:30] = np.arange(30)
    whole = np.concatenate(list(article_weights(articles, 50, np.random.default_rng(7))))
    monkeypatch.setattr(bootstrap, "CELLS_AT_ONCE", 90 * 4)  # four resamples
    monkeypatch.setattr(bootstrap, "LEAST_ROWS", 1)
    drawn = Resamples.draw(articles, 50, 0.95, seed=7)
    parts = list(drawn.weights())
    assert [len(part) for part in parts] == [4] * 12 + [3]
    weights = np.concatenate(parts)
    np.testing.assert_array_equal(weights[0], 1)
    np.testing.assert_array_equal(weights[1:], whole)
    np.testing.assert_allclose(drawn.sums(values), weights @ values)
    np.testing.assert_allclose(drawn.each(lambda rows: rows @ values), weights @ values)


def test_resamples_of_a_large_test_set_are_small():
    """The weights of 22,665 pairs in 1,000 resamples would be 181 MB."""
    tracemalloc.start()
    drawn = Resamples.draw(np.arange(22_665) // 2, 1000, 0.95, seed=0)
    drawn.share("s", np.arange(22_665) % 3 == 0, np.ones(22_665, dtype=bool))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 60e6


def test_parts_do_not_shrink_with_the_pairs():
    """Else what is prepared for each part, N pairs each time, would take the square of N."""
    assert rows_at_once(1_000, 400) == 1_048
    assert rows_at_once(3_000_000, 400) == 64
