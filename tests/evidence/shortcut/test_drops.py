"""What is lost between two versions of the predictions, and the intervals of that."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score
from small import section

from pairdx.evidence.shortcut.drops import Labelled, drops
from pairdx.statistics.intervals.params import IntervalParams

PARAMS = section(IntervalParams, resamples=400)


def draw(pairs=90, articles=30):
    generator = np.random.default_rng(2)
    actual = generator.integers(6, size=pairs)
    right = generator.random(pairs) < 0.7
    before = np.where(right, actual, generator.integers(6, size=pairs))
    after = np.where(generator.random(pairs) < 0.4, generator.integers(6, size=pairs), before)
    return Labelled(generator.integers(articles, size=pairs), actual), before, after


def test_scores_and_drops_are_those_of_scikit_learn():
    pairs, before, after = draw()
    found = drops(pairs, before, {"a": after}, PARAMS, 1)["a"]
    accuracy = [accuracy_score(pairs.actual, version) for version in (before, after)]
    macro = [f1_score(pairs.actual, version, average="macro") for version in (before, after)]
    assert found["accuracy"] == pytest.approx(accuracy[1], abs=1e-6)
    assert found["accuracy_drop"] == pytest.approx(accuracy[0] - accuracy[1], abs=1e-6)
    assert found["macro_f1"] == pytest.approx(macro[1], abs=1e-6)
    assert found["macro_f1_drop"] == pytest.approx(macro[0] - macro[1], abs=1e-6)


def test_the_interval_is_that_of_the_paired_difference():
    # One pair an article: the mean of N differences, each -1, 0 or 1.
    pairs, before, after = draw(pairs=400)
    pairs = Labelled(np.arange(400), pairs.actual)
    found = drops(pairs, before, {"a": after}, PARAMS, 1)["a"]
    differences = (before == pairs.actual).astype(float) - (after == pairs.actual)
    half = 1.96 * differences.std() / np.sqrt(400)
    assert found["accuracy_drop_low"] == pytest.approx(differences.mean() - half, abs=0.012)
    assert found["accuracy_drop_high"] == pytest.approx(differences.mean() + half, abs=0.012)


def test_nothing_is_lost_by_the_same_predictions():
    pairs, before, _ = draw()
    found = drops(pairs, before, {"a": before}, PARAMS, 1)["a"]
    assert found["accuracy_drop"] == found["macro_f1_drop"] == 0
    assert {value for name, value in found.items() if name.endswith(("_low", "_high"))} == {None}


def test_a_drop_can_be_a_gain():
    pairs, before, _ = draw()
    found = drops(pairs, before, {"all_right": pairs.actual}, PARAMS, 1)["all_right"]
    assert found["accuracy"] == found["macro_f1"] == 1
    assert found["accuracy_drop_high"] < 0


def test_one_class_one_article_one_pair():
    pairs = Labelled(np.array([0]), np.array([2]))
    found = drops(pairs, np.array([2]), {"a": np.array([4])}, PARAMS, 1)["a"]
    assert found == {
        "accuracy": 0,
        "macro_f1": 0,
        **{
            f"{metric}_drop{end}": value
            for metric in ("accuracy", "macro_f1")
            for end, value in (("", 1), ("_low", None), ("_high", None))
        },
    }


def test_more_changes_do_not_move_an_interval():
    pairs, before, after = draw()
    alone = drops(pairs, before, {"a": after}, PARAMS, 1)["a"]
    assert drops(pairs, before, {"b": before, "a": after}, PARAMS, 1)["a"] == alone
