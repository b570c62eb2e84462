"""Sets of classes: by hand, and whether they hold the true class as often as they say."""

import numpy as np
import pytest
from small import section

from pairdx.core.schema import LABELS
from pairdx.evidence.calibration.charts import sets_csv
from pairdx.evidence.calibration.confidence import at_temperature, temperature_of
from pairdx.evidence.calibration.params import CalibrateParams
from pairdx.evidence.calibration.prediction_sets import (
    members,
    summarise_sets,
    threshold_by_article,
    thresholds,
)
from pairdx.evidence.calibration.temperature import scale
from pairdx.statistics.intervals.resamples import Resamples
from pairdx.statistics.scores.classification import Predictions

LEVEL = section(CalibrateParams).set_coverage


def test_of_a_pair_an_article_it_is_the_conformal_quantile():
    # Of nine, nine in ten of ten are the ninth; of nineteen, eighteen of twenty the eighteenth.
    assert threshold_by_article(np.arange(1, 10) / 10, np.arange(9), 0.9) == 0.1
    assert threshold_by_article(np.arange(1, 20) / 20, np.arange(19), 0.9) == 0.1
    assert threshold_by_article(np.arange(1, 10) / 10, np.arange(9), 0.5) == 0.5


def test_an_article_counts_once_by_hand():
    # Articles of one and of three pairs, at a level of 1/2: 1.5 articles have to be reached.
    true, articles = np.array([0.9, 0.8, 0.6, 0.4]), np.array([0, 1, 1, 1])
    assert threshold_by_article(true, articles, 0.5) == 0.6  # 1 + 1/3, and 1 + 2/3 with this one
    assert threshold_by_article(true, np.arange(4), 0.5) == 0.6  # 2.5 of five
    assert threshold_by_article(true, np.array([0, 0, 0, 1]), 0.5) == 0.4


def test_too_few_articles_leave_no_class_out():
    assert threshold_by_article(np.full(8, 0.9), np.arange(8), 0.9) == 0
    assert threshold_by_article(np.full(900, 0.9), np.arange(900) % 8, 0.9) == 0
    assert threshold_by_article(np.empty(0), np.empty(0, dtype=int), 0.9) == 0


def test_the_most_probable_class_always_belongs():
    inside = members(np.array([[0.5, 0.3, 0.2], [0.4, 0.35, 0.25]]), np.array([0.6, 0.3, 0.25]))
    assert inside.tolist() == [[True, True, False], [True, True, True]]


def articles_of(count, generator):
    """The probability of the true class: large articles are easy, pairs of an article alike."""
    sizes = generator.choice([1, 2, 9], size=count)
    ease = np.where(sizes == 9, 4.0, 0.0) + 1.5 * generator.normal(size=count)
    numbers = np.repeat(np.arange(count), sizes)
    true = 1 / (1 + np.exp(-(ease[numbers] + 0.5 * generator.normal(size=len(numbers)))))
    return true, numbers


@pytest.mark.parametrize("articles", [20, 40])
def test_a_new_article_is_covered_and_pairs_taken_for_independent_would_not(articles):
    generator = np.random.default_rng(articles)
    true, numbers = articles_of(20_000, generator)
    weights = 1 / np.bincount(numbers)[numbers] / 20_000  # a pair of a new article
    found = {"by article": [], "by pair": []}
    for _ in range(600):
        seen, of = articles_of(articles, generator)
        for name, counted in (("by article", of), ("by pair", np.arange(len(of)))):
            least = threshold_by_article(seen, counted, LEVEL)
            found[name].append(weights @ (true >= least))
    # The guarantee: 0.9 and no more than a share of 1 / (A + 1) above; 600 means err by 0.003.
    assert 0.9 - 0.006 <= np.mean(found["by article"]) <= 0.9 + 1 / (articles + 1) + 0.006
    assert np.mean(found["by pair"]) < 0.85


def draw(articles, generator, weak=None):
    """Two pairs an article that are much alike; a model that is too sure, and poor at one class."""
    actual = np.repeat(generator.integers(6, size=articles), 2)
    logits = generator.normal(size=(articles, 6)).repeat(2, axis=0)
    logits += 0.3 * generator.normal(size=logits.shape)
    logits[np.arange(len(actual)), actual] += np.where(actual == weak, 0.0, 2.5)
    told = scale(np.exp(logits), 0.5)
    return Predictions(np.repeat(np.arange(articles), 2), actual, told.argmax(axis=1), told)


def coverage_of(rule, weak, calibrations=150):
    """Mean coverage of each class over calibrations of 70 articles, temperature and all."""
    generator = np.random.default_rng(0)
    test = draw(4000, generator, weak)
    held = []
    for _ in range(calibrations):
        validation = draw(70, generator, weak)
        temperature = temperature_of(validation)
        least = thresholds(at_temperature(validation, temperature), LEVEL)[rule]
        inside = members(at_temperature(test, temperature).probabilities, least)
        covered = np.take_along_axis(inside, test.actual[:, None], axis=1)[:, 0]
        held.append([covered.mean(), *(covered[test.actual == k].mean() for k in range(6))])
    return np.mean(held, axis=0)


def test_the_level_is_kept_in_all_and_in_each_class():
    whole, *classes = coverage_of("marginal", weak=3)
    assert 0.895 <= whole <= 0.925
    assert classes[3] < 0.75  # the class that the model does not know pays
    whole, *classes = coverage_of("class_conditional", weak=3)
    assert whole >= 0.9
    assert min(classes) >= 0.895


def summary():
    generator = np.random.default_rng(1)
    test, validation = draw(40, generator), draw(60, generator)
    drawn = Resamples.draw(test.articles, 200, 0.95, seed=0)
    return test, validation, summarise_sets(test, validation, LEVEL, drawn)


def test_what_is_told_is_what_was_applied():
    test, validation, found = summary()
    assert found["level"] == LEVEL == 0.9
    for rule, least in thresholds(validation, LEVEL).items():
        told = found[rule]
        assert list(told["thresholds"]) == list(LABELS)
        np.testing.assert_array_equal(list(told["thresholds"].values()), least)
        inside = members(test.probabilities, least)
        covered = inside[np.arange(80), test.actual]
        assert told["coverage"] == pytest.approx(covered.mean(), abs=1e-6)
        assert told["size"] == pytest.approx(inside.sum(axis=1).mean(), abs=1e-6)
        assert told["single"] == pytest.approx((inside.sum(axis=1) == 1).mean(), abs=1e-6)
        assert told["coverage_low"] < told["coverage"] < told["coverage_high"]
        assert 1 <= told["size_low"] < told["size"] < told["size_high"] <= 6
        assert sum(one["n"] for one in told["per_class"].values()) == 80
        chart = told["per_class"]["chart"]
        assert chart["coverage"] == pytest.approx(covered[test.actual == 0].mean(), abs=1e-6)


def test_the_chart_has_a_row_a_rule_and_class():
    lines = sets_csv({"fusion": {"sets": summary()[2]}}).splitlines()
    assert lines[0] == "model,rule,class,coverage,low,high,size"
    assert len(lines) == 1 + 2 * 7
    assert lines[1].startswith("fusion,marginal,all,0.")
    assert lines[-1].startswith("fusion,class conditional,radiology,")
