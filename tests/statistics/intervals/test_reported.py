"""Intervals of any value, and how they are written down."""

import numpy as np
import pytest
from wide_ends import wide_ends

from pairdx.statistics.intervals.bootstrap import interval
from pairdx.statistics.intervals.reported import with_interval

VALUES = np.random.default_rng(0).normal(0.5, 0.1, 1000)


@pytest.mark.parametrize(("articles", "confidence"), [(2, 0.95), (9, 0.95), (69, 0.9)])
def test_an_interval_is_moved_out_for_the_articles(articles, confidence):
    assert interval(VALUES, confidence, articles) == pytest.approx(
        wide_ends(VALUES, articles, confidence)
    )


def test_the_fewer_the_articles_the_wider():
    widths = [np.ptp(interval(VALUES, 0.95, articles)) for articles in (3, 20, 69, 10_000)]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] == pytest.approx(np.ptp(np.quantile(VALUES, [0.025, 0.975])), rel=0.001)


def test_resamples_without_a_value_are_left_out():
    holes = np.concatenate([VALUES, np.full(50, np.nan)])
    assert interval(holes, 0.95, 20) == interval(VALUES, 0.95, 20)


@pytest.mark.parametrize(
    ("values", "articles"), [(VALUES, 1), (VALUES, 0), ([], 20), ([np.nan] * 3, 20)]
)
def test_without_values_or_articles_there_is_no_interval(values, articles):
    values = np.array(values, dtype=float)
    assert np.isnan(interval(values, 0.95, articles)).all()
    assert with_interval("x", 0.5, values, 0.95, articles) == {
        "x": 0.5,
        "x_low": None,
        "x_high": None,
    }


def test_it_is_told_in_six_digits():
    told = with_interval("x", 2 / 3, np.full(10, 1 / 3), 0.95, 5)
    assert told == {"x": 0.666667, "x_low": 0.333333, "x_high": 0.333333}


def test_what_is_not_defined_has_no_interval_either():
    told = with_interval("x", np.nan, VALUES, 0.95, 5)
    assert told == {"x": None, "x_low": None, "x_high": None}
