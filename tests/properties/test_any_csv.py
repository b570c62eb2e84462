"""What is written as CSV reads back as it was, whatever stands in the cells."""

import csv
import io
import tempfile
from pathlib import Path

import pandas as pd
import pyarrow.csv as pa_csv
from hypothesis import given
from hypothesis import strategies as st

from pairdx.core.csv_lines import csv_writer, to_csv
from pairdx.core.schema import LABELS
from pairdx.readers import decisions, labels, spreadsheet
from pairdx.sources.published_split import read_splits_csv, write_splits_csv

# All of Unicode that UTF-8 can hold, with what CSV and spreadsheets trip over made likely.
SPECIAL = st.sampled_from(["", "\r", "\n", "\r\n", '"', '""', ",", ";", "\t", "'", "=1", "\0", "﻿"])
TEXT = st.one_of(
    st.text(st.characters(codec="utf-8")),
    st.lists(st.one_of(SPECIAL, st.text("a,\"'\r\n;=@", max_size=3))).map("".join),
)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(TEXT, min_size=width, max_size=width), min_size=1, max_size=6)
)
NAMES = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda name: name.strip() == name)
# A cell keeps its text but for white space around it, where readers type.
GIVEN = NAMES.filter(bool)


def python_reads(text):
    return list(csv.reader(io.StringIO(text, newline="")))


@given(TABLES)
def test_python_reads_what_is_written(rows):
    text = io.StringIO(newline="")
    csv_writer(text).writerows(rows)
    assert python_reads(text.getvalue()) == rows
    frame = pd.DataFrame(rows[1:], columns=rows[0])
    assert python_reads(to_csv(frame)) == rows


@given(TABLES)
def test_arrow_reads_what_is_written(rows):
    rows = [[cell.replace("\0", "") for cell in row] for row in rows]
    names = [f"c{number}" for number in range(len(rows[0]))]
    text = io.StringIO(newline="")
    csv_writer(text).writerows([names, *rows])
    table = pa_csv.read_csv(
        io.BytesIO(text.getvalue().encode()),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=pa_csv.ConvertOptions(column_types=dict.fromkeys(names, "string")),
    )
    assert [list(row.values()) for row in table.to_pylist()] == rows


@given(TEXT)
def test_a_protected_cell_is_no_formula_and_reads_back(text):
    cell = spreadsheet.protect(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert spreadsheet.unprotect(cell) == text


@given(TEXT)
def test_what_is_made_visible_keeps_its_length_and_has_no_control(text):
    shown = spreadsheet.visible(text)
    assert len(shown) == len(text)
    assert not any(ord(c) < 32 and c not in "\t\n\r" for c in shown)
    assert spreadsheet.visible(shown) == shown


def through_a_file(text, read):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_text(text, encoding="utf-8", newline="")
        return read(path)


@given(st.lists(st.tuples(GIVEN, TEXT, TEXT), max_size=6))
def test_a_sheet_reads_back(rows):
    header = ("id", "caption", "note")
    text = spreadsheet.to_csv(header, rows)
    read = through_a_file(text, lambda path: [*spreadsheet.read_rows(path, header, header)])
    assert [tuple(row[name] for name in header) for _, row in read] == rows
    lines = io.StringIO(text, newline=None).read().split("\n")
    for line, row in read:  # where each row begins
        assert row["id"][:1].strip("\r\n'\"=+-@") in lines[line - 1]


@given(
    st.lists(
        st.builds(
            decisions.Decision,
            id=GIVEN,
            reader=GIVEN,
            decision=st.sampled_from(decisions.DECISIONS),
            note=TEXT,
            content=st.text("0123456789abcdef", max_size=16),
        ),
        unique_by=lambda one: (one.id, one.reader, one.content),
    )
)
def test_decisions_read_back(made):
    text = decisions.format_decisions(made)
    assert through_a_file(text, decisions.read_decisions) == sorted(made)
    assert decisions.merge([], made) == decisions.merge(made, made) == sorted(made)


@given(
    st.lists(
        st.builds(
            labels.ReaderLabel,
            id=GIVEN,
            reader=GIVEN,
            label=st.sampled_from(labels.ANSWERS),
            note=TEXT,
        ),
        unique_by=lambda one: (one.id, one.reader),
    )
)
def test_labels_read_back(made):
    assert through_a_file(labels.format_labels(made), labels.read_labels) == sorted(made)
    assert set(LABELS) < set(labels.ANSWERS)


@given(st.dictionaries(GIVEN, st.sampled_from(["train", "validation", "test"])))
def test_a_published_split_reads_back(splits):
    with tempfile.TemporaryDirectory() as folder:
        write_splits_csv(Path(folder), splits)
        assert read_splits_csv(Path(folder)) == splits
