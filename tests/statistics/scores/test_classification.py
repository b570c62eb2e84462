import numpy as np
import pytest
from sklearn import metrics as reference

from pairdx.core.schema import LABELS
from pairdx.statistics.scores import classification

ALL = list(range(len(LABELS)))


def draw(classes, pairs=200, seed=0):
    """Labels among ``classes``, probabilities with many ties, integer weights with zeros."""
    generator = np.random.default_rng(seed)
    actual = generator.choice(classes, size=pairs)
    probabilities = generator.integers(0, 4, size=(pairs, 6)) + 1e-9
    probabilities[np.arange(pairs), actual] += generator.integers(0, 3, size=pairs)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    weights = generator.integers(0, 4, size=(3, pairs)).astype(float)
    weights[0] = 1
    return actual, probabilities.round(2), weights


@pytest.mark.parametrize("classes", [ALL, [0, 1, 2, 4, 5], [3, 5]])
@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
def test_metrics_are_scikit_learns(classes):
    actual, probabilities, weights = draw(classes)
    predicted = probabilities.argmax(axis=1)
    matrices = classification.confusion(weights, actual, predicted)
    auroc = classification.auroc(weights, actual, probabilities)
    for r, w in enumerate(weights):
        expected = reference.confusion_matrix(actual, predicted, labels=ALL, sample_weight=w)
        np.testing.assert_array_equal(matrices[r], expected)
        assert classification.accuracy(matrices)[r] == pytest.approx(
            reference.accuracy_score(actual, predicted, sample_weight=w)
        )
        assert classification.macro_f1(matrices)[r] == pytest.approx(
            reference.f1_score(actual, predicted, average="macro", sample_weight=w)
        )
        assert classification.balanced_accuracy(matrices)[r] == pytest.approx(
            reference.balanced_accuracy_score(actual, predicted, sample_weight=w)
        )
        areas = [
            reference.roc_auc_score(actual == k, probabilities[:, k], sample_weight=w)
            for k in classes
        ]
        assert auroc[r] == pytest.approx(np.mean(areas))


def test_per_class_is_scikit_learns_and_zero_for_an_absent_class():
    actual, probabilities, weights = draw([0, 1, 2, 4, 5])
    predicted = np.where(probabilities.argmax(axis=1) == 3, 0, probabilities.argmax(axis=1))
    columns = classification.per_class(classification.confusion(weights, actual, predicted))
    expected = reference.precision_recall_fscore_support(
        actual, predicted, labels=ALL, sample_weight=weights[1], zero_division=0
    )
    for name, values in zip(("precision", "recall", "f1", "support"), expected, strict=True):
        np.testing.assert_allclose(columns[name][1], values)
        assert columns[name][1, 3] == 0


def test_a_resample_without_a_class_is_scored_over_the_others():
    actual = predicted = np.array([0, 1, 2])
    probabilities = np.eye(6)[actual]
    weights = np.array([[2.0, 1.0, 0.0], [3.0, 0.0, 0.0]])
    matrices = classification.confusion(weights, actual, predicted)
    assert classification.macro_f1(matrices).tolist() == [1, 1]
    assert classification.balanced_accuracy(matrices).tolist() == [1, 1]
    auroc = classification.auroc(weights, actual, probabilities)
    assert auroc[0] == 1
    assert np.isnan(auroc[1])  # a single class


def test_auroc_by_hand():
    # Class 0: positives .6 and .2, negatives .6 and .1. Wins: .5 + 1 + 0 + 1 of 4.
    actual = np.array([0, 0, 1, 1])
    scores = np.array([0.6, 0.2, 0.6, 0.1])
    probabilities = np.column_stack([scores, 1 - scores, *np.zeros((4, 4))])
    # With weights 1, 2, 1, 3 the wins are .5 + 3 + 0 + 6 of 12; class 1 mirrors class 0.
    weights = np.array([[1.0, 1, 1, 1], [1, 2, 1, 3]])
    areas = classification.auroc(weights, actual, probabilities)
    np.testing.assert_allclose(areas, [2.5 / 4, 9.5 / 12])
