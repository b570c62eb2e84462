import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pairdx.core import schema
from pairdx.core.errors import PairdxError
from pairdx.core.schema import BALANCED, LABELS, PREDICTIONS, read_table, write_table
from pairdx.core.streaming import stream_rows

ROWS = [{"id": name, "label": "chart"} for name in "cab"]


def one_line(path, columns=None):
    with pytest.raises(PairdxError) as error:
        read_table(path, BALANCED, columns)
    told = str(error.value)
    assert told.startswith(f"{path}: ")
    assert len(told.splitlines()) == 1
    return told


def test_rows_are_written_sorted_by_id(tmp_path):
    write_table(pa.Table.from_pylist(ROWS), tmp_path / "a.parquet", BALANCED)
    assert read_table(tmp_path / "a.parquet", BALANCED)["id"].to_pylist() == ["a", "b", "c"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]


def test_the_same_rows_give_the_same_bytes(tmp_path):
    one = pa.Table.from_pylist(ROWS)
    # Other order of rows and of columns, in several chunks, a wider type, a column too many.
    other = pa.concat_tables([one.slice(1), one.slice(0, 1)]).select(["label", "id"])
    other = other.set_column(0, "label", other["label"].cast(pa.large_string()))
    other = other.append_column("note", pa.array(["", "", ""]))
    for name, table in (("one", one), ("other", other)):
        write_table(table, tmp_path / name, BALANCED)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_row_groups_are_small_enough_to_stream(tmp_path, monkeypatch):
    monkeypatch.setattr(schema, "ROWS_PER_GROUP", 2)
    write_table(pa.Table.from_pylist(ROWS), tmp_path / "a.parquet", BALANCED)
    assert pq.ParquetFile(tmp_path / "a.parquet").num_row_groups == 2


def test_each_row_group_is_a_chunk_so_that_none_is_too_large(tmp_path, monkeypatch):
    monkeypatch.setattr(schema, "ROWS_PER_GROUP", 2)
    write_table(pa.Table.from_pylist(ROWS), tmp_path / "a.parquet", BALANCED)
    table = read_table(tmp_path / "a.parquet", BALANCED)
    assert [len(chunk) for chunk in table["id"].chunks] == [2, 1]


def test_rows_are_chosen_by_id(tmp_path):
    write_table(pa.Table.from_pylist(ROWS), tmp_path / "a.parquet", BALANCED)
    table = read_table(tmp_path / "a.parquet", BALANCED, ids=pa.array(["c", "a", "x"]))
    assert table["id"].to_pylist() == ["a", "c"]


def test_columns_come_in_the_order_asked_for(tmp_path):
    write_table(pa.Table.from_pylist(ROWS), tmp_path / "a.parquet", BALANCED)
    table = read_table(tmp_path / "a.parquet", BALANCED, ["label", "id"])
    assert table.column_names == ["label", "id"]
    assert read_table(tmp_path / "a.parquet", BALANCED, ["id"]).num_columns == 1


def test_a_folder_with_an_equals_sign_is_no_column(tmp_path):
    path = tmp_path / "split=test" / "a.parquet"
    write_table(pa.Table.from_pylist(ROWS), path, BALANCED)
    assert read_table(path, BALANCED).column_names == ["id", "label"]


def test_a_missing_column_is_named(tmp_path):
    pq.write_table(pa.table({"id": ["a"], "class": ["chart"]}), tmp_path / "a.parquet")
    told = one_line(tmp_path / "a.parquet")
    assert "column 'label' is missing; the table has id, class" in told


def test_a_column_of_another_type_is_refused(tmp_path):
    pq.write_table(pa.table({"id": ["a"], "label": [[1]]}), tmp_path / "a.parquet")
    told = one_line(tmp_path / "a.parquet")
    assert "column 'label' is of type list<element: int64>; string is needed: delete it" in told


def test_a_missing_file_says_how_to_build_it(tmp_path):
    assert "no such file; run `dvc repro`" in one_line(tmp_path / "a.parquet")


@pytest.mark.parametrize("share", [0, 0.5, 0.99])
def test_a_truncated_file_is_refused(tmp_path, share):
    path = tmp_path / "a.parquet"
    write_table(pa.Table.from_pylist(ROWS), path, BALANCED)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert "not a readable Parquet table" in one_line(path)


def test_damaged_pages_are_refused(tmp_path):
    path = tmp_path / "a.parquet"
    write_table(pa.Table.from_pylist(ROWS), path, BALANCED)
    whole = path.read_bytes()
    path.write_bytes(whole[:4] + bytes(60) + whole[64:])  # the footer stays
    assert "not a readable Parquet table" in one_line(path)


def test_writing_a_table_without_a_column_fails(tmp_path):
    with pytest.raises(KeyError):
        write_table(pa.table({"id": ["a"]}), tmp_path / "a.parquet", BALANCED)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("read", [read_table, lambda *of: list(stream_rows(*of))])
def test_no_byte_of_a_page_can_change_unseen(tmp_path, read):
    """Numbers that were not compressed would read as other numbers."""
    path = tmp_path / "table.parquet"
    numbers = np.random.default_rng(0).random((300, len(LABELS)))
    numbers /= numbers.sum(axis=1, keepdims=True)
    columns = {f"p_{label}": column for label, column in zip(LABELS, numbers.T, strict=True)}
    texts = {name: [f"{row:03d}" for row in range(300)] for name in ("id", "article_id")}
    texts |= {name: [LABELS[k] for k in numbers.argmax(1)] for name in ("label", "predicted")}
    write_table(pa.table(texts | columns), path, PREDICTIONS)
    whole = path.read_bytes()
    for at in range(100, len(whole) - 3000, 1000):
        path.write_bytes(
            whole[:at] + bytes(byte ^ 255 for byte in whole[at : at + 100]) + whole[at + 100 :]
        )
        with pytest.raises(PairdxError, match=r"table\.parquet: not a readable Parquet table"):
            read(path, PREDICTIONS)
