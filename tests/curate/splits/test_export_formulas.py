"""A caption of the export that a spreadsheet would run, and the same read back."""

import csv

import pyarrow as pa
import pytest

from pairdx.core.schema import PAIRS, SPLITS, write_table
from pairdx.curate.splits.export import write_layout
from pairdx.readers.spreadsheet import unprotect


@pytest.mark.parametrize("caption", ['=HYPERLINK("http://x.example","a")', "-1", "@SUM(A1)", "'=1"])
def test_a_caption_that_a_spreadsheet_would_run_begins_with_an_apostrophe(tmp_path, caption):
    row = {"id": "a", "image": {"bytes": b"i", "path": "a.png"}, "width": 1, "height": 1}
    row |= {"caption": caption, "label": "chart", "article_id": "x", "split": "train"}
    for split in SPLITS:
        rows = [row] if split == "train" else []
        path = tmp_path / f"{split}.parquet"
        write_table(pa.Table.from_pylist(rows, schema=PAIRS), path, PAIRS)
    out = tmp_path / "export"
    out.mkdir()
    write_layout(tmp_path, out)
    with (out / "image_metadata.csv").open(encoding="utf-8", newline="") as lines:
        [read] = csv.DictReader(lines)
    assert read["caption"] == f"'{caption}"
    assert unprotect(read["caption"]) == caption
