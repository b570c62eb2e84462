"""What each table is held to where it is read, and how a row that breaks it is told."""

import inspect
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pairdx.core import schema
from pairdx.core.contracts import check_known, check_rows, contract_of
from pairdx.core.errors import PairdxError
from pairdx.core.schema import (
    AUDIT,
    BALANCED,
    COHORT,
    CORRUPTED,
    EMBEDDINGS,
    LABELS,
    PAIRS,
    PREDICTIONS,
    SCAN,
    SCREENED,
    SCRUBBED,
    read_table,
)
from pairdx.core.streaming import stream_rows

BOX = {"left": 0, "top": 0, "right": 2, "bottom": 3}
ORIGIN = {
    "case_id": None,
    "article_id": "x",
    "figure_id": None,
    "age": 40.0,
    "sex": None,
    "license": None,
    "source": None,
}
PICTURE = {"image": {"bytes": b"i", "path": "i.png"}, "width": 4, "height": 5}
PAIR = {"id": "a", "caption": "", "label": "chart", "subtype": None}
SURE = {f"p_{label}": float(label == "chart") for label in LABELS}
HASH = "0" * 64
RIGHT = {
    COHORT: {**PAIR, "archive": "a.zip", "member": "m", **ORIGIN},
    SCAN: {
        "id": "a",
        "problem": None,
        "width": 4,
        "height": 5,
        "pixel_sha256": HASH,
        "perceptual_hash": None,
        "colour": 255.0,
        "light": 0.0,
        "identifiers": [{"start": 0, "end": 1, "kind": "date"}],
        "words": [{**BOX, "text": "w", "confidence": 0.5}],
        "faces": [],
    },
    SCREENED: {
        "id": "a",
        "label": "chart",
        "action": "masked",
        "proposed": None,
        "decision": None,
        "reasons": [],
        "borderline": False,
        "masked": [{**BOX, "kind": "face"}],
        "doubtful": [],
        "spans": [],
    },
    SCRUBBED: {**PAIR, **PICTURE, "pixel_sha256": HASH, "perceptual_hash": None, **ORIGIN},
    BALANCED: {"id": "a", "label": "chart"},
    PAIRS: {**PAIR, **PICTURE, "split": "test", **ORIGIN},
    PREDICTIONS: {"id": "a", "article_id": "x", "label": "chart", "predicted": "chart", **SURE},
    CORRUPTED: {
        "id": "a",
        "article_id": "x",
        "label": "chart",
        "model": "fusion",
        "corruption": "blur",
        "severity": 5,
        "predicted": "chart",
    },
    EMBEDDINGS: {
        "id": "a",
        "article_id": "x",
        "figure_id": None,
        "label": "chart",
        "caption": None,
        "image": [0.6, 0.8],
        "text": [1.0, 0.0],
    },
    AUDIT: {
        "id": "a",
        "article_id": "x",
        "split": "train",
        "label": "radiology",
        "suggested": "chart",
        "quality": 1.0,
        "suspect": True,
        **SURE,
    },
}
NAMES = {value: name for name, value in vars(schema).items() if isinstance(value, pa.Schema)}
EMPTY = "must not be empty"
UNKNOWN = "allowed are chart, electrography"
WRONG: list[tuple[pa.Schema, dict[str, Any], str]] = [
    *[(table, {"id": value}, EMPTY) for table in RIGHT for value in (None, "")],
    *[(table, {"label": "x-ray"}, UNKNOWN) for table in RIGHT if "label" in table.names],
    *[(table, {"label": None}, EMPTY) for table in RIGHT if "label" in table.names],
    *[(table, {"article_id": None}, EMPTY) for table in RIGHT if "article_id" in table.names],
    *[(t, {"age": age}, "0 to 130") for t in (COHORT, SCRUBBED, PAIRS) for age in (-1.0, 131.0)],
    (COHORT, {"age": float("nan")}, "0 to 130"),
    (COHORT, {"caption": None}, EMPTY),
    (COHORT, {"archive": None}, EMPTY),
    (COHORT, {"member": None}, EMPTY),
    *[(table, {"split": "dev"}, "train, validation, test") for table in (PAIRS, AUDIT)],
    *[(table, {"image": None}, EMPTY) for table in (SCRUBBED, PAIRS)],
    *[(table, {"image": {"bytes": b"", "path": "x"}}, EMPTY) for table in (SCRUBBED, PAIRS)],
    *[(table, {side: 0}, "1 to 2") for table in (SCRUBBED, PAIRS) for side in ("width", "height")],
    *[(table, {"pixel_sha256": "0" * 63}, "64 hexadecimal") for table in (SCAN, SCRUBBED)],
    *[(SCAN, {name: None}, "has a size and a hash") for name in ("width", "pixel_sha256")],
    (SCAN, {"problem": "damaged"}, "has a size and a hash"),
    (SCAN, {"height": -1}, "1 to 2"),
    (SCAN, {"colour": 256.0}, "0 to 255"),
    (SCAN, {"light": 1.5}, "0 to 1"),
    (SCAN, {"light": float("nan")}, "0 to 1"),
    (SCAN, {"words": None}, EMPTY),
    (SCAN, {"words": [{**BOX, "text": "", "confidence": 0}, {**BOX, "left": 2}]}, "left < right"),
    (SCAN, {"faces": [{**BOX, "top": -1}]}, "0 <= top < bottom"),
    (SCAN, {"identifiers": [{"start": 4, "end": 4, "kind": "x"}]}, "0 <= start < end"),
    (SCREENED, {"action": "burnt"}, "kept, masked, cropped, dropped"),
    (SCREENED, {"decision": "maybe"}, "keep, mask, drop"),
    (SCREENED, {"borderline": None}, EMPTY),
    (SCREENED, {"doubtful": [{**BOX, "bottom": None}]}, "top < bottom"),
    *[(t, {"p_chart": p}, "0 to 1") for t in (PREDICTIONS, AUDIT) for p in (1.1, float("nan"))],
    *[(t, {"p_chart": 0.999}, "must sum to 1") for t in (PREDICTIONS, AUDIT)],
    *[(t, {"p_radiology": None}, EMPTY) for t in (PREDICTIONS, AUDIT)],
    (PREDICTIONS, {"predicted": "radiology"}, "predicted must be the most probable class"),
    (AUDIT, {"suggested": "radiology"}, "suggested must be the most probable class"),
    (AUDIT, {"quality": -0.1}, "0 to 1"),
    (AUDIT, {"suspect": None}, EMPTY),
    (CORRUPTED, {"severity": 6}, "0 to 5"),
    (CORRUPTED, {"severity": 0}, "only where, corruption is none"),
    (CORRUPTED, {"corruption": "none"}, "only where, corruption is none"),
    (CORRUPTED, {"model": None}, EMPTY),
    (CORRUPTED, {"predicted": "?"}, UNKNOWN),
    *[(EMBEDDINGS, {n: [0.0, float("inf")]}, "finite") for n in ("image", "text")],
    (EMBEDDINGS, {"image": None}, EMPTY),
]


def rows_of(table, count):
    return [RIGHT[table] | {"id": f"a{row}"} for row in range(count)]


def written(path, table, rows):
    pq.write_table(pa.Table.from_pylist(rows, table), path, row_group_size=3)
    return path


def streamed(path, table):
    return list(stream_rows(path, table))


def refused(read, *of):
    with pytest.raises(PairdxError) as error:
        read(*of)
    told = str(error.value)
    assert "\n" not in told
    return told


def test_every_table_has_a_contract_and_a_row_here():
    assert set(RIGHT) == set(NAMES)
    for table in RIGHT:
        contract = contract_of(table)
        assert contract.key[0] == "id"
        assert contract.columns["id"], NAMES[table]


@pytest.mark.parametrize("table", RIGHT, ids=NAMES.get)
def test_rows_that_keep_the_rules_are_read_and_streamed(tmp_path, table):
    path = written(tmp_path / "t.parquet", table, rows_of(table, 7))
    assert len(read_table(path, table)) == len(list(stream_rows(path, table))) == 7


@pytest.mark.parametrize(
    ("table", "change", "rule"), WRONG, ids=[f"{NAMES[t]}-{next(iter(c))}" for t, c, _ in WRONG]
)
def test_a_row_that_breaks_a_rule_is_named(tmp_path, table, change, rule):
    rows = rows_of(table, 7)
    rows[4] |= change
    path = written(tmp_path / "t.parquet", table, rows)
    for read in (read_table, streamed):
        told = refused(read, path, table)
        assert told.startswith(f"{path}: ")
        assert " in row 4" in told
        assert next(iter(change)) in told
        assert rule in told
        assert told.endswith("delete it and run `dvc repro`")


@pytest.mark.parametrize("table", RIGHT, ids=NAMES.get)
def test_an_id_is_there_once(tmp_path, table):
    rows = rows_of(table, 7)
    rows[6]["id"] = "a1"  # in another row group
    path = written(tmp_path / "t.parquet", table, rows)
    assert "id = 'a1'" in refused(lambda: read_table(path, table))
    assert "in 2 rows" in refused(lambda: read_table(path, table, contract_of(table).key))
    told = refused(lambda: list(stream_rows(path, table)))
    assert "id = 'a1' in row 6, after 'a5'; ids must rise" in told


def test_answers_to_one_pair_differ_by_model_or_corruption(tmp_path):
    row = RIGHT[CORRUPTED]
    rows = [row, row | {"model": "tfidf"}, row | {"severity": 4}, row | {"corruption": "noise"}]
    assert len(read_table(written(tmp_path / "t.parquet", CORRUPTED, rows), CORRUPTED)) == 4


def test_a_row_is_found_where_only_some_rows_or_groups_are_read(tmp_path):
    rows = rows_of(PAIRS, 7)
    rows[5]["label"] = "x-ray"
    path = written(tmp_path / "t.parquet", PAIRS, rows)
    some = pa.array(["a5", "a6"])
    assert "in row 5 (id 'a5')" in refused(lambda: read_table(path, PAIRS, ["id", "label"], some))
    assert "in row 5;" in refused(lambda: read_table(path, PAIRS, ["label"], group=1))
    assert len(read_table(path, PAIRS, ["label"], group=0)) == 3
    assert len(read_table(path, PAIRS, ["id", "caption"])) == 7  # a column that is not read


def test_a_batch_is_passed_on_before_a_later_one_is_refused(tmp_path):
    rows = rows_of(BALANCED, 300)
    rows = sorted(rows, key=lambda row: row["id"])
    rows[299]["label"] = None
    stream = stream_rows(written(tmp_path / "t.parquet", BALANCED, rows), BALANCED)
    assert [next(stream)["id"] for _ in range(256)] == [row["id"] for row in rows[:256]]
    assert "label = None in row 299" in refused(lambda: list(stream))


def test_rows_of_a_later_batch_must_be_in_order_too(tmp_path):
    rows = [{"id": f"a{row:03}", "label": "chart"} for row in range(600)]
    rows[400], rows[401] = rows[401], rows[400]
    path = written(tmp_path / "t.parquet", BALANCED, rows)
    told = refused(streamed, path, BALANCED)
    assert "id = 'a400' in row 401, after 'a401'" in told


def test_the_same_id_in_the_next_row_is_no_order(tmp_path):
    rows = [{"id": id_, "label": "chart"} for id_ in ("a", "b", "b")]
    told = refused(streamed, written(tmp_path / "t.parquet", BALANCED, rows), BALANCED)
    assert "id = 'b' in row 2, after 'b'; ids must rise" in told
    told = refused(check_rows, tmp_path, pa.table({"label": ["chart", None]}), BALANCED)
    assert "label = None in row 1; " in told


def test_rows_are_numbered_through_all_chunks_of_a_column(tmp_path):
    chunks = [pa.table({"label": ["chart", "chart"]}), pa.table({"label": ["chart", "x-ray"]})]
    told = refused(check_rows, tmp_path, pa.concat_tables(chunks), BALANCED, 10)
    assert "label = 'x-ray' in row 13; allowed" in told


def test_a_reference_to_a_pair_that_is_not_there(tmp_path):
    ids, known = pa.chunked_array([["a"], ["b"]]), pa.chunked_array([["b", "c"]])
    check_known(tmp_path, ids[1:], known, "data/scrubbed.parquet")
    told = refused(lambda: check_known(tmp_path, ids, known, "data/scrubbed.parquet"))
    assert "id = 'a' in row 0; there is no such pair in data/scrubbed.parquet" in told


def test_a_long_value_is_told_in_short(tmp_path):
    rows = [RIGHT[EMBEDDINGS] | {"image": [float("nan")] * 512}]
    told = refused(lambda: read_table(written(tmp_path / "t", EMBEDDINGS, rows), EMBEDDINGS))
    assert len(told) < 600


def test_rules_stand_beside_the_columns():
    """Nothing but `declare` makes a schema of a table."""
    assert "pa.schema([(" not in inspect.getsource(schema)
