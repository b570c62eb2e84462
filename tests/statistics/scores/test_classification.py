import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn import metrics as reference

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, PREDICTIONS
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


def table(**changes):
    columns = {
        "id": ["a", "b", "c"],
        "article_id": ["x", "x", "y"],
        "label": ["chart", "radiology", "radiology"],
        "predicted": ["chart", "chart", "radiology"],
        **{f"p_{label}": [0.0, 0.0, 0.0] for label in LABELS},
        "p_chart": [0.7, 0.5, 0.2],
        "p_radiology": [0.3, 0.5, 0.8],
    }
    return pa.table(columns | changes, schema=PREDICTIONS)


def test_reads_a_table(tmp_path):
    pq.write_table(table(), tmp_path / "p.parquet")
    predictions = classification.read_predictions(tmp_path / "p.parquet")
    assert predictions.articles.tolist() == [0, 0, 1]
    assert predictions.actual.tolist() == [0, 5, 5]
    assert predictions.correct.tolist() == [True, False, True]
    assert predictions.confidence.tolist() == [0.7, 0.5, 0.8]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"label": ["chart", "x-ray", "radiology"]}, r"label = 'x-ray' \(id 'b'\); allowed are ch"),
        ({"predicted": ["chart", "chart", "?"]}, r"predicted = '\?' \(id 'c'\)"),
        ({"label": ["chart", None, "radiology"]}, "label has 1 empty cells"),
        ({"article_id": ["x", "x", None]}, "article_id has 1 empty cells"),
        ({"id": ["a", "b", "a"]}, "id 'a' appears twice"),
        ({"p_chart": [0.7, float("nan"), 0.2]}, r"id 'b'\); every probability"),
        ({"p_chart": [1.1, 0.5, 0.2], "p_radiology": [-0.1, 0.5, 0.8]}, "'a'.*from 0 to 1"),
        ({"p_chart": [0.7, 0.5, 0.2002]}, r"id 'c'\); the six probabilities must sum to 1"),
        ({"predicted": ["chart", "chart", "chart"]}, r"id 'c'\); predicted must be the most"),
        ({"label": ["chart"] * 3}, "a single class"),
    ],
)
def test_refuses_what_is_no_prediction(tmp_path, changes, message):
    pq.write_table(table(**changes), tmp_path / "p.parquet")
    with pytest.raises(PairdxError, match=message):
        classification.read_predictions(tmp_path / "p.parquet")


def test_refuses_an_empty_table(tmp_path):
    pq.write_table(table().slice(0, 0), tmp_path / "p.parquet")
    with pytest.raises(PairdxError, match="no rows"):
        classification.read_predictions(tmp_path / "p.parquet")


def test_allows_rounding_in_the_sum(tmp_path):
    pq.write_table(table(p_chart=[0.70005, 0.5, 0.2]), tmp_path / "p.parquet")
    assert len(classification.read_predictions(tmp_path / "p.parquet").actual) == 3
