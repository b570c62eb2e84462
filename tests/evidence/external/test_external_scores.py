"""Scores and drops on another source's pairs, classes missing or not."""

import json

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, f1_score, roc_auc_score
from small import section

from pairdx.evidence.external.scores import DROPS, subset, summarise_external
from pairdx.statistics.predictions.summary import ScoreParams, summarise
from pairdx.statistics.scores.classification import Predictions

PARAMS = section(ScoreParams, resamples=300)


def draw(pairs, seed, classes=(0, 1, 2, 3, 4, 5), skill=1.5):
    generator = np.random.default_rng(seed)
    actual = generator.choice(classes, size=pairs)
    logits = generator.normal(size=(pairs, 6))
    logits[np.arange(pairs), actual] += skill
    values = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return Predictions(np.arange(pairs) // 2, actual, values.argmax(axis=1), values)


TEST = draw(240, 1)


def test_the_drop_is_the_difference_of_two_point_estimates():
    external = draw(120, 2, skill=0.8)
    found = summarise_external(external, TEST, PARAMS, 1)
    plain, inside = summarise(external, PARAMS, 1), summarise(TEST, PARAMS, 1)
    assert {name: found[name] for name in plain} == plain
    for name in DROPS:
        assert found[f"{name}_drop"] == pytest.approx(inside[name] - plain[name], abs=2e-6)
        assert found["test"][name] == inside[name]
    assert found["accuracy_drop_low"] < found["accuracy_drop"] < found["accuracy_drop_high"]
    assert found["test"]["n"] == 240


def test_the_interval_is_that_of_two_independent_samples():
    single = [
        Predictions(np.arange(len(p.actual)), p.actual, p.predicted, p.probabilities)
        for p in (draw(400, 3), draw(300, 4, skill=0.8))
    ]
    found = summarise_external(single[1], single[0], PARAMS, 1)
    variances = [p.correct.var() / len(p.actual) for p in single]
    half = 1.96 * np.sqrt(sum(variances))
    width = found["accuracy_drop_high"] - found["accuracy_drop_low"]
    assert width == pytest.approx(2 * half, rel=0.15)
    # Wider than either alone, which a paired or a one-sided interval would not be.
    assert width > found["accuracy_high"] - found["accuracy_low"]


def test_a_perfect_score_elsewhere_is_no_certainty():
    actual = np.arange(30) % 6
    external = Predictions(np.arange(30), actual, actual, np.eye(6)[actual])
    found = summarise_external(external, TEST, PARAMS, 1)
    assert (found["accuracy"], found["accuracy_high"]) == (1, 1)
    assert found["accuracy_low"] == pytest.approx(0.025 ** (1 / 30), abs=1e-6)
    assert found["macro_f1_low"] is found["auroc_high"] is None
    assert found["accuracy_drop_low"] < found["accuracy_drop"] < found["accuracy_drop_high"]


def test_a_folder_of_one_article_has_no_intervals():
    external = draw(40, 2)
    external = Predictions(np.zeros(40, dtype=int), *list(vars(external).values())[1:])
    found = summarise_external(external, TEST, PARAMS, 1)
    assert found["accuracy_drop"] is not None
    assert found["accuracy_low"] is found["accuracy_drop_low"] is None


@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
def test_classes_that_are_not_there_are_left_out_by_the_rule():
    external = draw(90, 5, classes=(1, 5))
    found = summarise_external(external, TEST, PARAMS, 1)
    assert set(external.predicted) - {1, 5}, "it has to call some what they are not"
    wanted = f1_score(external.actual, external.predicted, average="macro")
    assert found["macro_f1"] == pytest.approx(wanted, abs=1e-6)
    areas = [roc_auc_score(external.actual == k, external.probabilities[:, k]) for k in (1, 5)]
    assert found["auroc"] == pytest.approx(np.mean(areas), abs=1e-6)
    assert found["per_class"]["chart"]["support"] == 0
    rows = np.isin(TEST.actual, (1, 5))
    recall = balanced_accuracy_score(TEST.actual[rows], TEST.predicted[rows])
    assert found["test"]["n"] == rows.sum()
    assert found["test"]["balanced_accuracy"] == pytest.approx(recall, abs=1e-6)
    assert found["balanced_accuracy_drop"] == pytest.approx(
        recall - found["balanced_accuracy"], abs=2e-6
    )


def test_one_class_has_no_auroc_and_breaks_nothing():
    found = summarise_external(draw(40, 6, classes=(2,)), TEST, PARAMS, 1)
    assert found["auroc"] is found["auroc_low"] is found["auroc_drop"] is None
    assert found["test"]["auroc"] is None
    assert found["accuracy"] == found["balanced_accuracy"]
    assert found["accuracy_drop"] is not None
    json.dumps(found, allow_nan=False)


def test_one_pair_and_a_class_that_the_test_split_has_not():
    one = draw(1, 7, classes=(3,))
    found = summarise_external(one, subset(TEST, TEST.actual != 3), PARAMS, 1)
    assert found["n"] == 1
    assert found["test"] == {"n": 0}
    assert "accuracy_drop" not in found
    json.dumps(found, allow_nan=False)


def test_a_subset_numbers_its_articles_anew():
    part = subset(TEST, TEST.articles >= 100)
    assert part.articles.min() == 0
    assert part.articles.max() == 19
    assert len(part.actual) == len(part.probabilities) == 40
