import numpy as np
import pytest

from pairdx.core.schema import LABELS
from pairdx.evidence.leakage.inflation import cross_measure, summarise

FOLDS = 5
LABEL = np.repeat(LABELS, 20)  # 120 pairs
ARTICLE = np.array([f"{label}{number // 2}" for number, label in enumerate(LABEL)])  # of two each


def cross(measure, repeats=2):
    return cross_measure({"one": measure}, LABEL, ARTICLE, FOLDS, repeats, 7)["one"]


def test_every_pair_is_tested_once_in_each_repeat_beside_all_others():
    seen = []

    def measure(fold):
        seen.append(fold)
        assert sorted([*fold.train, *fold.test]) == list(range(len(LABEL)))
        return np.ones(len(fold.test))

    values = cross(measure)
    assert all((values[by] == 1).all() for by in ("none", "article"))
    assert len(seen) == 2 * 2 * FOLDS
    assert {len(fold.test) for fold in seen} == {24}  # both train on as many
    assert [fold.seed for fold in seen] == [7] * 5 + [8] * 5 + [7] * 5 + [8] * 5
    assert not np.array_equal(seen[0].test, seen[5].test)  # dealt anew


def test_only_folds_of_pairs_have_siblings_in_training():
    values = cross(lambda fold: np.isin(ARTICLE[fold.test], ARTICLE[fold.train]), repeats=20)
    assert (values["article"] == 0).all()
    # Of the 119 others 96 are trained on; a little more, as folds are of equal classes.
    assert values["none"].mean() == pytest.approx(96 / 119, abs=0.03)


def test_a_mean_of_the_repeats_is_taken_pair_by_pair():
    values = cross(lambda fold: fold.test * (1.0 if fold.seed == 7 else 3.0))
    np.testing.assert_allclose(values["none"], 2 * np.arange(len(LABEL)))


def told(none, article, articles):
    values = {"none": np.array(none, float), "article": np.array(article, float)}
    return summarise(values, np.array(articles), 4000, 0.95, 1)


def test_the_inflation_is_the_paired_difference():
    none, article = [1, 1, 1, 0, 1, 0], [1, 1, 0, 0, 1, 0]
    scores = told(none, article, list("abcdef"))
    assert (scores["none"], scores["article"]) == (0.666667, 0.5)
    assert scores["inflation"] == 0.166667
    # One pair of six differs: the mean's standard error is sqrt(1/6 * 5/6 / 5), and Student's t
    # with five degrees of freedom reaches 2.571 of them, on Fisher's scale.
    reach = 2.571 * np.sqrt(5 / 36 / 5) / (1 - 1 / 36)
    wanted = np.tanh(np.arctanh(1 / 6) + np.array([-reach, reach]))
    assert (scores["inflation_low"], scores["inflation_high"]) == pytest.approx(wanted, abs=0.02)
    same = told(none, none, list("abcdef"))
    assert (same["inflation"], same["inflation_low"], same["inflation_high"]) == (0, None, None)


def test_siblings_count_as_one_draw_under_both():
    none, article = [1, 1, 1, 0, 1, 0], [1, 0, 0, 0, 1, 0]
    once = told(none, article, list("abcdef"))
    often = told(np.repeat(none, 5), np.repeat(article, 5), np.repeat(list("abcdef"), 5))
    assert often == once  # five times as many pairs say nothing new
    alone = told(np.repeat(none, 5), np.repeat(article, 5), range(30))
    for name in ("none", "inflation"):
        assert alone[f"{name}_low"] > once[f"{name}_low"]
