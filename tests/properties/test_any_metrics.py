"""Scores: scikit-learn's, within their bounds, and blind to the order of the pairs."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from pairdx.core.schema import LABELS
from pairdx.statistics.scores import classification
from pairdx.statistics.scores.calibration import expected_calibration_error

ALL = list(range(len(LABELS)))
CLASSES = st.integers(0, 5)
ANSWERS = st.lists(st.tuples(CLASSES, CLASSES), min_size=1, max_size=40)


def scores(actual, predicted, weights=None):
    actual, predicted = np.array(actual), np.array(predicted)
    weights = np.ones((1, len(actual))) if weights is None else np.array([weights], float)
    matrices = classification.confusion(weights, actual, predicted)
    named = ("accuracy", "macro_f1", "balanced_accuracy")
    return {name: getattr(classification, name)(matrices)[0] for name in named}


@given(ANSWERS, st.data())
def test_scores_are_scikit_learns(answers, data):
    actual, predicted = zip(*answers, strict=True)
    many = st.lists(st.integers(1, 4), min_size=len(answers), max_size=len(answers))
    weights = data.draw(st.one_of(st.none(), many))
    ours = scores(actual, predicted, weights)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = {
            "accuracy": reference.accuracy_score(actual, predicted, sample_weight=weights),
            "macro_f1": reference.f1_score(
                actual, predicted, average="macro", sample_weight=weights, zero_division=0
            ),
            "balanced_accuracy": reference.balanced_accuracy_score(
                actual, predicted, sample_weight=weights
            ),
        }
    assert ours == pytest.approx(theirs)
    assert all(0 <= value <= 1 for value in ours.values())


@given(ANSWERS, st.randoms(use_true_random=False))
def test_scores_do_not_depend_on_the_order_or_on_repetition(answers, random):
    once = scores(*zip(*answers, strict=True))
    shuffled = random.sample(answers, len(answers))
    assert scores(*zip(*shuffled, strict=True)) == pytest.approx(once)
    assert scores(*zip(*(answers * 3), strict=True)) == pytest.approx(once)
    assert scores(*zip(*answers, strict=True), [3] * len(answers)) == pytest.approx(once)


@given(ANSWERS)
def test_one_error_less_is_never_worse(answers):
    """Of accuracy; a wrong answer is taken for the right one."""
    before = scores(*zip(*answers, strict=True))["accuracy"]
    wrong = [at for at, (actual, predicted) in enumerate(answers) if actual != predicted]
    if wrong:
        answers = [*answers]
        answers[wrong[0]] = (answers[wrong[0]][0],) * 2
        assert scores(*zip(*answers, strict=True))["accuracy"] > before


TIED = st.lists(
    st.tuples(CLASSES, st.lists(st.integers(0, 4), min_size=6, max_size=6).filter(any)),
    min_size=2,
    max_size=30,
)


def shares(rows):
    values = np.array([row for _, row in rows], float)
    return np.array([actual for actual, _ in rows]), values / values.sum(1, keepdims=True)


@given(TIED)
def test_auroc_is_scikit_learns_with_ties(rows):
    actual, probabilities = shares(rows)
    found = classification.auroc(np.ones((1, len(rows))), actual, probabilities)[0]
    present = sorted(set(actual.tolist()))
    if len(present) == 1:
        assert np.isnan(found)
        return
    areas = [reference.roc_auc_score(actual == k, probabilities[:, k]) for k in present]
    assert found == pytest.approx(np.mean(areas))
    assert 0 <= found <= 1


@given(TIED, st.integers(1, 20))
def test_calibration_error_is_within_its_bounds(rows, bins):
    actual, probabilities = shares(rows)
    weights = np.ones((1, len(rows)))
    confidence, correct = probabilities.max(1), probabilities.argmax(1) == actual
    error = expected_calibration_error(weights, confidence, correct, bins)[0]
    assert 0 <= error <= 1
    assert error >= abs(confidence.mean() - correct.mean()) - 1e-9
