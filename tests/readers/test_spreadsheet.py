import csv
import io

import pytest

from pairdx.readers.spreadsheet import protect, read_rows, to_csv, unprotect, visible

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "'=1", "''-1"]  # noqa: RUF001


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_gets_an_apostrophe_and_reads_back(text):
    assert protect(text) == f"'{text}"
    assert unprotect(protect(text)) == text


@pytest.mark.parametrize("text", ["", "CT, axial", "'quoted'", "a=b", " =1", "'", "''", "x\n=1"])
def test_other_text_is_left(text):
    assert protect(text) == text
    assert unprotect(text) == text


def test_csv():
    rows = [["=HYPERLINK(1)", 'a "b", c'], ["line\nbreak", "'-x"]]
    text = to_csv(("one", "two"), rows)
    assert text.startswith('one,two\n\'=HYPERLINK(1),"a ""b"", c"\n')
    read = list(csv.reader(io.StringIO(text)))[1:]
    assert [[unprotect(cell) for cell in row] for row in read] == rows


def test_control_characters_are_shown_in_their_place():
    text = "a\0b\x1b[31m\tc\nd\x7f\x85\u202e!"
    assert visible(text) == "a␀b␛[31m\tc\nd␡\ufffd\ufffd!"
    assert len(visible(text)) == len(text)
    assert visible("שלום, עולם") == "שלום, עולם"


def test_a_carriage_return_in_a_cell_stays_one(tmp_path):
    """Excel on a Mac breaks lines within a cell by it."""
    path = tmp_path / "review.csv"
    path.write_text(to_csv(["id", "note"], [["a", "one\rtwo\r\n"], ["b", ""]]), newline="")
    rows = [*read_rows(path, ("id", "note"), ("id", "note"))]
    assert rows == [(2, {"id": "a", "note": "one\rtwo\r\n"}), (5, {"id": "b", "note": ""})]
