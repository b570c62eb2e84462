"""Intervals of any value, and how they are written down."""

import numpy as np
import pytest
from scipy.stats import beta, t
from wide_ends import wide_ends

from pairdx.statistics.intervals.bootstrap import (
    ANY,
    DIFFERENCE,
    LOSS,
    SCORE,
    SHARE,
    expanded,
    interval,
)
from pairdx.statistics.intervals.reported import estimate, with_interval

VALUES = np.random.default_rng(0).normal(0.5, 0.1, 1000)
NONE = {"x_low": None, "x_high": None}


@pytest.mark.parametrize("articles", [[0, 1], np.arange(9) // 2, np.arange(69)])
@pytest.mark.parametrize(("scale", "difference"), [(SCORE, False), (DIFFERENCE, True)])
def test_an_interval_is_students_where_its_scale_has_no_ends(articles, scale, difference):
    found = interval(0.7, VALUES, 0.95, np.array(articles), scale)
    assert found == pytest.approx(wide_ends(0.7, VALUES, articles, difference=difference))


def test_a_value_without_ends_has_students_interval_itself():
    wanted = t.interval(0.9, 29, loc=3, scale=VALUES.std() * np.sqrt(30 / 29))
    assert interval(3, VALUES, 0.9, np.arange(30), ANY) == pytest.approx(wanted)


def test_a_loss_is_never_below_zero():
    low, high = interval(0.1, VALUES, 0.95, np.arange(20), LOSS)
    assert 0 < low < 0.1 < high
    assert low * high == pytest.approx(0.1**2)  # symmetric as a logarithm


def test_the_fewer_the_articles_the_wider():
    widths = [
        np.ptp(interval(0.5, VALUES, 0.95, np.arange(articles), ANY))
        for articles in (3, 20, 69, 10_000)
    ]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] == pytest.approx(2 * 1.96 * VALUES.std(), rel=0.001)


def test_one_large_article_makes_the_others_few():
    even, uneven = np.arange(40) // 2, np.array([0] * 21 + list(range(1, 20)))
    narrow, wide = (np.ptp(interval(0.5, VALUES, 0.95, one, SCORE)) for one in (even, uneven))
    assert wide > 1.2 * narrow


def test_many_articles_need_no_more():
    assert expanded(0.95, np.ones(100_000, dtype=int)) == pytest.approx(0.95, abs=1e-5)
    assert 0.95 < expanded(0.95, np.ones(69, dtype=int)) < 0.96
    assert expanded(0.95, np.ones(2, dtype=int)) == pytest.approx(1)


def test_resamples_without_a_value_are_left_out():
    holes, articles = np.concatenate([VALUES, np.full(50, np.nan)]), np.arange(20)
    without, full = (interval(0.5, one, 0.95, articles, SCORE) for one in (holes, VALUES))
    assert without == full


@pytest.mark.parametrize(
    ("values", "articles"), [(VALUES, 1), (VALUES, 0), ([], 20), ([np.nan] * 3, 20)]
)
def test_without_values_or_articles_there_is_no_interval(values, articles):
    told = with_interval("x", 0.5, np.array(values, float), 0.95, np.arange(articles), SHARE)
    assert told == {"x": 0.5, **NONE}


@pytest.mark.parametrize(("share", "drawn"), [(1.0, 30), (0.0, 30), (1.0, 1)])
def test_a_share_of_none_or_all_has_the_exact_interval_of_as_many_articles(share, drawn):
    articles = np.repeat(np.arange(drawn), 3)
    low, high = interval(share, np.full(100, share), 0.95, articles, SHARE)
    hits = drawn * share
    wanted = beta.ppf([0.025, 0.975], [hits, hits + 1], [drawn - hits + 1, drawn - hits])
    assert (low, high) == pytest.approx(np.nan_to_num(wanted, nan=share), abs=1e-12)
    assert high - low > 0.1


@pytest.mark.parametrize(
    ("value", "scale"), [(1.0, SCORE), (0.0, DIFFERENCE), (1 / 3, SCORE), (1.0, LOSS)]
)
def test_where_nothing_varies_nothing_is_known(value, scale):
    told = with_interval("x", value, np.full(50, value), 0.95, np.arange(30), scale)
    assert (told["x_low"], told["x_high"]) == (None, None)
    assert estimate(told, "x") == f"{value:.3f} [none]"


def test_it_is_told_in_six_digits():
    told = with_interval("x", 2 / 3, VALUES, 0.95, np.arange(5), SHARE)
    assert told["x"] == 0.666667
    assert told["x_low"] == round(told["x_low"], 6)


def test_what_is_not_defined_has_no_interval_either():
    told = with_interval("x", np.nan, VALUES, 0.95, np.arange(5), SHARE)
    assert told == {"x": None, **NONE}
