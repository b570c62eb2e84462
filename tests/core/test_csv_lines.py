import csv
import io

import pandas as pd
import pytest

from pairdx.core.csv_lines import csv_writer, to_csv

CELLS = ["plain", "a\rb", "a\r\n", "\n", "\r", 'say "so"', "a,b", "", " ", "'", "ü\u2028x"]


def written(rows):
    text = io.StringIO(newline="")
    csv_writer(text).writerows(rows)
    return text.getvalue()


def read(text):
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_reads_back_as_it_was(cell):
    rows = [["id", "caption"], ["1", cell], [cell, "2"]]
    assert read(written(rows)) == rows
    frame = pd.DataFrame(rows[1:], columns=rows[0])
    assert read(to_csv(frame)) == rows


def test_lines_end_as_on_unix():
    assert written([["a", "b\r"], ["c", "d"]]) == 'a,"b\r"\nc,d\n'
    table = pd.DataFrame({"share": [0.1, None], "n": [1, 2]})
    assert to_csv(table) == "share,n\n0.1,1\n,2\n"
