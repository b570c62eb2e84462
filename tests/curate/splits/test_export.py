import csv

import pyarrow as pa

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
