"""Pairs from elsewhere that are training pairs, by id, by pixels, by picture."""

import io

import pyarrow as pa
import pytest
from PIL import Image
from releases import encode, picture

from pairdx.core.decode import perceptual_hash, pixel_hash
from pairdx.core.errors import PairdxError
from pairdx.core.schema import PAIRS, SCRUBBED, write_table
from pairdx.evidence.external.overlap import Overlap, overlap, read_training_images


def tables(folder, train):
    """A training split of pictures 0 and 1, and the curated pairs 0 to 3."""
    rows = [
        {
            "id": f"p{number}",
            "pixel_sha256": pixel_hash(picture(number)),
            "perceptual_hash": perceptual_hash(picture(number), 8),
        }
        for number in range(4)
    ]
    write_table(pa.Table.from_pylist(rows, SCRUBBED), folder / "scrubbed.parquet", SCRUBBED)
    split = [{"id": f"p{number}", "split": "train"} for number in train]
    write_table(pa.Table.from_pylist(split, PAIRS), folder / "train.parquet", PAIRS)
    return read_training_images(folder / "train.parquet", folder / "scrubbed.parquet")


def lossy(image):
    return Image.open(io.BytesIO(encode(image, "JPEG", quality=60))).convert("RGB")


def found(known, **images):
    rows = [
        {"id": id_, "pixel_sha256": pixel_hash(image), "perceptual_hash": perceptual_hash(image, 8)}
        for id_, image in images.items()
    ]
    return overlap(pa.Table.from_pylist(rows, known.schema), known)


def test_each_way_is_counted_once(tmp_path):
    known = tables(tmp_path, train=(0, 1))
    assert known["id"].to_pylist() == ["p0", "p1"]
    seen = found(
        known,
        p0=picture(7),  # an id of train, another picture
        x1=picture(1),  # the pixels of p1
        x2=lossy(picture(0)),  # p0, saved again
        x3=picture(2),  # curated, but not in train
        p9=picture(9),
    )
    assert seen == Overlap(ids=1, pixels=1, near=2, any=3)
    assert seen.counts() == {"ids": 1, "pixels": 1, "near": 2, "any": 3}


@pytest.mark.parametrize("train", [(), (0,)])
def test_nothing_is_found_where_nothing_is(tmp_path, train):
    known = tables(tmp_path, train)
    blank = Image.new("RGB", (40, 40), "white")  # has no perceptual hash
    assert found(known, a=picture(11), b=blank) == Overlap(0, 0, 0, 0)


def test_a_training_pair_that_was_never_curated_is_named(tmp_path):
    with pytest.raises(PairdxError, match=r"train\.parquet: id = 'p7' in row 1; there"):
        tables(tmp_path, train=(0, 7))
