import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from releases import HEADER, rows_of, write_csv, write_release

from pairdx.errors import PairdxError
from pairdx.schema import COHORT
from pairdx.sources.multicare import FILES, copy_release, read_rows
from pairdx.sources.raw import read_rows as read_raw


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
            "figure_id": "PMC110000_PMC110000_fig-1.jpg",
            "age": 50.0,
            "sex": "female",
            "license": "CC BY",
            "source": "MultiCaRe",
        }
    ]
    assert read_raw(release).equals(rows)


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


def test_a_row_twice_is_named(tmp_path):
    write_release(tmp_path, rows_of() + rows_of()[:1])
    with pytest.raises(PairdxError, match=r"'PMC110000_01_PMC110000_.*' occurs 2 times"):
        read_rows(tmp_path)


def test_a_drawn_release_says_so(release, tmp_path):
    pq.write_table(pa.table({"x": [1]}), release / "synthetic_truth.parquet")
    assert set(read_rows(release)["source"].to_pylist()) == {"synthetic sample"}
    copy = tmp_path / "copy"
    copy.mkdir()
    copy_release(release, copy)
    assert set(read_rows(copy)["source"].to_pylist()) == {"synthetic sample"}


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


def test_file_name_that_no_archive_can_hold(tmp_path):
    rows = [rows_of()[0] | {"file": "../../x.webp"}]
    (tmp_path / "cases.parquet").touch()
    write_csv(tmp_path / "captions_and_labels.csv", HEADER, rows)
    with pytest.raises(PairdxError, match=r"file = '\.\./\.\./x\.webp'"):
        read_rows(tmp_path)


def test_corrupt_cases(release):
    (release / "cases.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(PairdxError, match=r"cases\.parquet: not a readable Parquet"):
        read_rows(release)


def test_copy_leaves_the_source_alone(release, tmp_path):
    out = tmp_path / "raw"
    out.mkdir()
    before = {path.name: path.read_bytes() for path in release.iterdir()}
    copy_release(release, out)
    assert sorted(path.name for path in out.iterdir()) == sorted(FILES)
    assert {path.name: path.read_bytes() for path in release.iterdir()} == before
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_copy_names_what_is_missing_or_cut_short(release, tmp_path):
    path = release / "PMC3.zip"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(PairdxError, match=r"PMC3\.zip: not a whole zip"):
        copy_release(release, tmp_path)
    path.unlink()
    with pytest.raises(PairdxError, match=r"PMC3\.zip: missing or empty"):
        copy_release(release, tmp_path)


def test_neither_source(tmp_path):
    with pytest.raises(PairdxError, match=r"neither captions_and_labels\.csv"):
        read_raw(tmp_path)
