"""What may be seen before PairDx: nothing of its articles' held-out part, none of its pictures."""

import pyarrow as pa
import pytest

from pairdx.core.errors import PairdxError
from pairdx.core.schema import PAIRS, SCRUBBED, SPLITS, write_table
from pairdx.training.clip.unused_pairs import outside, read_outside


def curated(**rows):
    """`id=(article, picture)`; a picture's number is its hash's one byte, in unary."""
    return pa.table(
        {
            "id": list(rows),
            "article_id": [article for article, _ in rows.values()],
            "pixel_sha256": [f"{row:064}" for row in range(len(rows))],
            "perceptual_hash": [bytes([picture, 0]) for _, picture in rows.values()],
        }
    )


def chosen(**rows):
    return pa.table(
        {
            "id": list(rows),
            "article_id": [article for article, _ in rows.values()],
            "split": [split for _, split in rows.values()],
        }
    )


def test_by_hand():
    pairs = curated(
        train=("A", 0b00000001),
        test=("B", 0b00011110),
        of_train_article=("A", 0b11100000),
        of_test_article=("B", 0b11100001),
        like_test=("C", 0b00011111),  # one of sixteen bits differs
        free=("C", 0b11111111),
    )
    left = outside(pairs, chosen(train=("A", "train"), test=("B", "test")))
    assert left["id"].to_pylist() == ["of_train_article", "free"]


def written(path, schema, table):
    """Write what the table has of the schema's columns, and nothing in the others."""
    blank = dict.fromkeys(schema.names) | {"caption": "", "label": "chart"}
    rows = [blank | row for row in table.to_pylist()]
    write_table(pa.Table.from_pylist(rows, schema), path, schema)


def test_what_is_left_is_read_with_its_images(tmp_path):
    pairs = curated(
        test=("A", 0b00011110), train=("B", 0b00000001), free=("C", 0b11111111), b=("C", 0b11100000)
    )
    images = [{"bytes": id_.encode(), "path": id_} for id_ in pairs["id"].to_pylist()]
    written(tmp_path / "scrubbed.parquet", SCRUBBED, pairs.append_column("image", [images]))
    for split in SPLITS:
        table = chosen(**{split: (split, split)}) if split != "validation" else chosen()
        written(tmp_path / f"{split}.parquet", PAIRS, table)
    left = read_outside(tmp_path / "scrubbed.parquet", tmp_path)
    assert (left.ids, left.images, left.articles) == (["b", "free"], [b"b", b"free"], ["C", "C"])


def test_a_pair_of_pairdx_that_was_never_curated_is_named(tmp_path):
    written(tmp_path / "scrubbed.parquet", SCRUBBED, curated(train=("A", 1)))
    for split in SPLITS:
        written(tmp_path / f"{split}.parquet", PAIRS, chosen(**{split: ("A", split)}))
    with pytest.raises(
        PairdxError, match=r"validation\.parquet: id = 'validation' in row 0; there"
    ):
        read_outside(tmp_path / "scrubbed.parquet", tmp_path)
