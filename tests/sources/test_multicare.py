import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from releases import HEADER, rows_of, write_csv, write_release

from pairdx.core.errors import PairdxError
from pairdx.core.schema import COHORT
from pairdx.sources.multicare import read_chunks, read_rows
from pairdx.sources.raw import archives
from pairdx.sources.raw import read_chunks as read_raw


def test_a_row_becomes_a_pair(release):
    rows = read_rows(release)
    assert rows.schema == COHORT
    assert len(rows) == 21
    assert rows.slice(0, 1).to_pylist() == [
        {
            "id": "PMC110000_01_PMC110000_fig-1_a_undivided_1_1",
            "archive": "PMC1.zip",
            "member": "PMC1/PMC11/PMC110000_fig-1_a_undivided_1_1.webp",
            "caption": 'A chart, "quoted",\nnumber 0.',
            "label": "chart",
            "subtype": "chart",
            "case_id": "PMC110000_01",
            "article_id": "PMC110000",
            "figure_id": "PMC110000_fig-1_a",
            "age": 50.0,
            "sex": "female",
            "license": "CC BY",
            "source": "MultiCaRe",
        }
    ]
    assert pa.concat_tables(read_raw(release)).equals(rows)
    assert archives(release) == tuple(f"PMC{digit}.zip" for digit in range(1, 10))


def test_ages_are_joined_by_case_and_may_be_unknown(tmp_path):
    rows = rows_of()
    cases = [row["patient_id"] for row in rows]
    write_release(tmp_path, rows, ages={cases[0]: None, cases[1]: 0.0, cases[2]: 81.0})
    assert read_rows(tmp_path)["age"].to_pylist()[:4] == [None, 0.0, 81.0, 50.0]


def test_a_figure_of_two_cases_is_two_pairs(tmp_path):
    first = rows_of()[0]
    second = first | {"patient_id": "PMC110000_02"}
    write_release(tmp_path, [first, second])
    assert read_rows(tmp_path)["id"].to_pylist() == [
        "PMC110000_01_PMC110000_fig-1_a_undivided_1_1",
        "PMC110000_02_PMC110000_fig-1_a_undivided_1_1",
    ]


def test_a_figure_is_one_whatever_its_cases_and_parts(tmp_path):
    original = "jbsr-107_g3"
    parts = [("01", "A", 1), ("01", "B", 2), ("02", "A", 1), ("02", "left", 1), ("02", "top", 2)]
    rows = [
        rows_of()[0]
        | {
            "file": f"PMC110000_{original}_{part}_{order}_2.webp",
            "main_image": f"PMC110000_{case}_{original}.jpg",
            "image_component": part.lower(),
            "patient_id": f"PMC110000_{case}",
        }
        for case, part, order in parts
    ]
    write_release(tmp_path, rows + rows_of()[1:])
    figures = read_rows(tmp_path)["figure_id"].to_pylist()
    assert figures[: len(parts)] == [f"PMC110000_{original}"] * len(parts)
    assert figures[len(parts)] == "PMC210001_fig-1_a"


def test_a_row_twice_is_named(tmp_path):
    write_release(tmp_path, rows_of() + rows_of()[:1])
    with pytest.raises(PairdxError, match=r"'PMC110000_01_PMC110000_.*' occurs 2 times"):
        read_rows(tmp_path)


def test_a_drawn_release_says_so(release):
    pq.write_table(pa.table({"x": [1]}), release / "synthetic_truth.parquet")
    assert set(read_rows(release)["source"].to_pylist()) == {"synthetic sample"}


def test_byte_order_mark_is_no_part_of_a_column(release):
    path = release / "captions_and_labels.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(read_rows(release)) == 21


def test_missing_column_is_named(release):
    header = ["image_class" if name == "image_type" else name for name in HEADER]
    write_csv(release / "captions_and_labels.csv", header, [])
    with pytest.raises(PairdxError, match=r"captions_and_labels\.csv: column 'image_type'"):
        read_rows(release)


def test_missing_field_of_the_cases_is_named(release):
    cases = pa.array([[{"case_id": "PMC1_01"}]])
    pq.write_table(pa.table({"article_id": ["PMC1"], "cases": cases}), release / "cases.parquet")
    with pytest.raises(PairdxError, match=r"cases\.parquet: column 'cases' has no field 'age'"):
        read_rows(release)


def test_file_name_that_no_archive_can_hold(release):
    rows = [rows_of()[0] | {"file": "../../x.webp"}]
    write_csv(release / "captions_and_labels.csv", HEADER, rows)
    with pytest.raises(PairdxError, match=r"file = '\.\./\.\./x\.webp'"):
        read_rows(release)


def test_corrupt_cases(release):
    (release / "cases.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(PairdxError, match=r"cases\.parquet: not a readable Parquet"):
        read_rows(release)


@pytest.mark.parametrize("kind", [pa.string(), pa.bool_(), pa.binary()])
def test_ages_that_are_no_numbers(release, kind):
    case = pa.struct({"case_id": pa.string(), "age": kind, "gender": pa.string()})
    table = pa.table(
        {"article_id": ["PMC1"], "cases": pa.array([[{"case_id": "PMC1_01"}]], pa.list_(case))}
    )
    pq.write_table(table, release / "cases.parquet")
    with pytest.raises(PairdxError, match=rf"cases\.parquet: field 'age' .* of type {kind};"):
        read_rows(release)


@pytest.mark.parametrize("age", [-1.0, 131.0, float("inf")])
def test_ages_of_nobody_are_refused(release, age):
    write_ages(release, [age])
    with pytest.raises(PairdxError, match=rf"cases\.parquet: age = {age}; years from 0 to 130"):
        read_rows(release)


def test_an_age_that_is_no_number_is_unknown(release):
    write_ages(release, [float("nan"), 130.0])
    assert read_rows(release)["age"].to_pylist()[:2] == [None, 130.0]


def write_ages(release, ages):
    """Put these ages into cases.parquet, of the first cases of the release."""
    cases = [
        [{"case_id": f"PMC{1 + number}{10000 + number}_01", "age": age, "gender": "Male"}]
        for number, age in enumerate(ages)
    ]
    table = pa.table({"article_id": ["x"] * len(ages), "cases": cases})
    pq.write_table(table, release / "cases.parquet")


def test_whole_years_may_be_integers(release):
    case = pa.struct({"case_id": pa.string(), "age": pa.int64(), "gender": pa.string()})
    cases = pa.array([[{"case_id": "PMC110000_01", "age": 7, "gender": "Male"}]], pa.list_(case))
    pq.write_table(pa.table({"article_id": ["x"], "cases": cases}), release / "cases.parquet")
    assert read_rows(release)["age"].to_pylist()[:2] == [7.0, None]


def test_no_caption_in_any_row(tmp_path):
    write_release(tmp_path, [row | {"caption": ""} for row in rows_of()])
    with pytest.raises(PairdxError, match="column 'caption' is empty in every row"):
        read_rows(tmp_path)
    write_release(tmp_path, [row | {"caption": ""} for row in rows_of()[1:]] + rows_of()[:1])
    assert len(read_rows(tmp_path)) == 21


def test_blocks_of_the_file_make_no_difference(tmp_path, monkeypatch):
    write_release(tmp_path, rows_of(articles=9))
    whole = read_rows(tmp_path)
    monkeypatch.setattr("pairdx.sources.multicare.BLOCK", 1000)
    chunks = list(read_chunks(tmp_path))
    assert len(chunks) > 5
    assert pa.concat_tables(chunks).equals(whole)


def test_a_row_twice_is_found_across_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr("pairdx.sources.multicare.BLOCK", 1000)
    write_release(tmp_path, rows_of() + rows_of()[:1])
    with pytest.raises(PairdxError, match="occurs 2 times"):
        read_rows(tmp_path)


def test_neither_source(tmp_path):
    with pytest.raises(PairdxError, match=r"neither captions_and_labels\.csv"):
        read_raw(tmp_path)
