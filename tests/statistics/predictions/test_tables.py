"""Tables of predictions: what is read, and what is refused."""

import logging

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from predictions import predictions, write_predictions

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, PREDICTIONS
from pairdx.statistics.predictions.tables import read_predictions, read_together, tables_of


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
    read = read_predictions(tmp_path / "p.parquet")
    assert read.articles.tolist() == [0, 0, 1]
    assert read.actual.tolist() == [0, 5, 5]
    assert read.correct.tolist() == [True, False, True]
    assert read.confidence.tolist() == [0.7, 0.5, 0.8]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"label": ["chart", "x-ray", "radiology"]},
            r"'x-ray' in row 1 \(id 'b'\); allowed are ch",
        ),
        ({"predicted": ["chart", "chart", "?"]}, r"predicted = '\?' in row 2 \(id 'c'\)"),
        (
            {"label": ["chart", None, "radiology"]},
            "label = None in row 1 .*; must not be empty",
        ),
        ({"article_id": ["x", "x", None]}, "article_id = None in row 2"),
        ({"id": ["a", "b", "a"]}, "id = 'a' in 2 rows; one row each is needed"),
        (
            {"p_chart": [0.7, float("nan"), 0.2]},
            "p_chart = nan in row 1 .*; a number from 0",
        ),
        ({"p_chart": [1.1, 0.5, 0.2], "p_radiology": [-0.1, 0.5, 0.8]}, "'a'.*from 0 to 1"),
        ({"p_chart": [0.7, 0.5, 0.2002]}, r"id 'c'\); the six probabilities must sum to 1"),
        ({"predicted": ["chart", "chart", "chart"]}, r"id 'c'\); predicted must be the most"),
        ({"label": ["chart"] * 3}, "a single class"),
    ],
)
def test_refuses_what_is_no_prediction(tmp_path, changes, message):
    pq.write_table(table(**changes), tmp_path / "p.parquet")
    with pytest.raises(PairdxError, match=message):
        read_predictions(tmp_path / "p.parquet")


def test_refuses_an_empty_table(tmp_path):
    pq.write_table(table().slice(0, 0), tmp_path / "p.parquet")
    with pytest.raises(PairdxError, match="no rows"):
        read_predictions(tmp_path / "p.parquet")


def test_allows_rounding_in_the_sum(tmp_path):
    pq.write_table(table(p_chart=[0.70005, 0.5, 0.2]), tmp_path / "p.parquet")
    assert len(read_predictions(tmp_path / "p.parquet").actual) == 3


def write(path, labels="chart radiology chart", predicted=("chart",) * 3, **changes):
    """Write a table of three pairs; ``changes`` are of the second."""
    actual = [LABELS.index(label) for label in labels.split()]
    said = [LABELS.index(label) for label in predicted[: len(actual)]]
    names = {
        "ids": [f"pair{row}" for row in range(len(actual))],
        "articles": [f"a{row}" for row in range(len(actual))],
    }
    for column, value in changes.items():
        names[column][1] = value
    return write_predictions(path, predictions(actual, said), **names)


def test_tables_of_the_same_pairs_are_read_by_name(tmp_path):
    for name in ("b", "a"):
        write(tmp_path / f"{name}.parquet")
    models = read_together([tmp_path / "b.parquet", tmp_path / "a.parquet"])
    assert list(models) == ["b", "a"]
    assert models["a"].correct.tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"ids": "pair1b"}, "id = 'pair1b' in row 1, but 'pair1' in"),
        ({"articles": "x"}, "article_id = 'x' in row 1, but 'a1' in"),
        ({"labels": "chart endoscopy chart"}, "label = 'endoscopy' in row 1, but 'radiology' in"),
        ({"labels": "chart radiology"}, "2 rows, but"),
    ],
)
def test_tables_of_other_pairs_are_refused(tmp_path, other, told):
    write(tmp_path / "a.parquet")
    write(tmp_path / "b.parquet", **other)
    with pytest.raises(PairdxError) as error:
        read_together([tmp_path / "a.parquet", tmp_path / "b.parquet"])
    assert str(error.value).startswith(f"{tmp_path / 'b.parquet'}: {told}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        (["pair0", "pair1"], "predictions of 3 pairs, but the split has 2; run"),
        (["pair0", "pair2", "pair1"], "id = 'pair1' in row 1, but 'pair2' in the split; run"),
    ],
)
def test_predictions_of_other_pairs_are_refused(tmp_path, ids, told):
    write(tmp_path / "a.parquet")
    assert list(read_together([tmp_path / "a.parquet"], ["pair0", "pair1", "pair2"])) == ["a"]
    with pytest.raises(PairdxError, match=rf"a\.parquet: {told}"):
        read_together([tmp_path / "a.parquet"], ids)


def test_two_tables_of_one_name_are_refused(tmp_path):
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder / "a.parquet")
    with pytest.raises(PairdxError, match="a second table of 'a'"):
        read_together([tmp_path / "x" / "a.parquet", tmp_path / "y" / "a.parquet"])


def test_a_table_that_is_no_longer_compared_is_told(tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    for name in ("a", "old"):
        write(tmp_path / f"{name}.parquet")
    assert tables_of(tmp_path, ["b", "a"]) == [tmp_path / "b.parquet", tmp_path / "a.parquet"]
    [said] = caplog.messages
    assert said.startswith(f"{tmp_path / 'old.parquet'}: of no model in params.yaml's `compared`")
