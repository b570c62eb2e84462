import csv
import json

import pyarrow as pa
from small import drawn
from strangers import run_python

from pairdx.core.schema import PAIRS, SPLITS, write_table
from pairdx.curate.splits.export import write_layout


def test_layout(tmp_path):
    pairs = {"train": ["a/b", "a_b"], "validation": ["../c"], "test": []}
    for split in SPLITS:
        rows = [
            {
                "id": id_,
                "image": {"bytes": id_.encode(), "path": f"{id_}.png"},
                "width": 1,
                "height": 1,
                "article_id": id_,
                "split": split,
                "caption": "Two,\nlines",
                "label": "chart",
            }
            for id_ in pairs[split]
        ]
        table = pa.Table.from_pylist(rows, schema=PAIRS)
        write_table(table, tmp_path / "pairdx" / f"{split}.parquet", PAIRS)
    out = tmp_path / "export"
    out.mkdir()
    write_layout(tmp_path / "pairdx", out)
    with (out / "image_metadata.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert rows[0] == {
        "identifier": "a/b",
        "modality": "chart",
        "image": "a_b.png",
        "caption": "Two,\nlines",
        "split": "train",
    }
    assert [row["image"] for row in rows] == ["a_b.png", "a_b_2.png", "_c.png"]
    written = {path.name: path.read_bytes() for path in (out / "images").iterdir()}
    assert written == {"a_b.png": b"a/b", "a_b_2.png": b"a_b", "_c.png": b"../c"}


IMAGEFOLDER = """
import datasets, json, sys
datasets.disable_progress_bars()
rows = datasets.load_dataset("imagefolder", data_dir=sys.argv[1])["train"]
print(json.dumps([{**row, "image": row["image"].size} for row in rows]))
"""


def test_imagefolder_keeps_captions_and_every_image(tmp_path):
    drawn_pairs = drawn(6)
    names = ["a.png", "fig_test_1.png", "train.png", "b-val-2.png", "latest.png", "Test_.png"]
    captions = ["=1+1", "Two,\r\nlines", "plain", 'a "quoted" one', "5 mm", "ü"]
    for split_number, split in enumerate(SPLITS):
        rows = [
            {
                "id": drawn_pairs.ids[row],
                "image": {"bytes": drawn_pairs.images[row], "path": names[row]},
                "caption": captions[row],
                "width": 32,
                "height": 32,
                "label": drawn_pairs.labels[row],
                "split": split,
                "article_id": f"PMC{row}",
                "license": "CC BY",
            }
            for row in (split_number, split_number + 3)
        ]
        path = tmp_path / "pairdx" / f"{split}.parquet"
        write_table(pa.Table.from_pylist(rows, schema=PAIRS), path, PAIRS)
    out = tmp_path / "export"
    out.mkdir()
    write_layout(tmp_path / "pairdx", out)
    rows = json.loads(run_python(IMAGEFOLDER, str(out), home=tmp_path / "home"))
    found = {row["id"]: row for row in rows}
    assert len(found) == 6
    assert [found[id_]["caption"] for id_ in drawn_pairs.ids] == ["'=1+1", *captions[1:]]
    assert found["pair_001"] == {
        "image": [32, 32],
        "caption": "Two,\r\nlines",
        "label": "electrography",
        "split": "validation",
        "id": "pair_001",
        "article_id": "PMC1",
        "license": "CC BY",
    }
