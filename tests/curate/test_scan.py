import hashlib

import pytest
from PIL import Image
from releases import encode, picture, rows_of, write_release

from pairdx.curate import scan as module
from pairdx.curate.scan import perceptual_hash, scan
from pairdx.params.scan import ScanParams
from pairdx.schema import SCAN
from pairdx.sources.multicare import read_rows

PARAMS = {"hash_size": 16, "max_megapixels": 1, "named_entities": False, "workers": 1}


def params(**changes):
    return ScanParams.model_validate(PARAMS | changes)


@pytest.fixture
def facts(tmp_path):
    rows = rows_of()
    exif = Image.Exif()
    exif[0x0112] = 6
    white = Image.new("RGB", (1, 1), "white")
    images = [
        encode(picture(0)),
        encode(picture(0), "WEBP", lossless=True),  # the same pixels
        encode(picture(0, (40, 48)), "JPEG", exif=exif),
        encode(white),
        b"RIFF????WEBP",
        encode(picture(1, (1001, 1000))),
    ]
    rows[0]["caption"] = "Taken on 2019-03-04."
    write_release(
        tmp_path, rows, images={row["file"]: data for row, data in zip(rows, images, strict=False)}
    )
    return scan(tmp_path, read_rows(tmp_path), params())


def test_facts_of_good_images(facts):
    assert facts.schema == SCAN
    first, same, turned, white, *_ = facts.to_pylist()
    assert (first["problem"], first["width"], first["height"]) == (None, 48, 40)
    pixels = hashlib.sha256(b"(48, 40)" + picture(0).tobytes()).hexdigest()
    assert first["pixel_sha256"] == same["pixel_sha256"] == pixels
    assert len(first["perceptual_hash"]) == 16 * 16 // 8
    assert (turned["width"], turned["height"]) == (48, 40)
    assert (white["width"], white["perceptual_hash"]) == (1, None)


def test_identifiers_of_the_caption(facts):
    found = facts["identifiers"].to_pylist()
    assert found[0] == [{"start": 9, "end": 19, "kind": "date"}]
    assert found[1] == []


def test_problems_are_told_and_do_not_stop_the_scan(facts):
    damaged, large = facts.to_pylist()[4:6]
    assert damaged["problem"] == "not one of BMP, GIF, JPEG, PNG, TIFF, WEBP"
    assert large["problem"] == "more than 1 megapixels"
    assert damaged["pixel_sha256"] is large["perceptual_hash"] is None
    assert len(facts) == 21


def test_workers_and_chunks_change_nothing(release, monkeypatch):
    rows = read_rows(release)
    alone = scan(release, rows, params())
    monkeypatch.setattr(module, "CHUNK", 8)
    assert scan(release, rows, params(workers=2)).equals(alone)


def test_hash_survives_scaling_and_not_another_picture():
    def distance(one, other):
        ones = int.from_bytes(perceptual_hash(one, 16)) ^ int.from_bytes(perceptual_hash(other, 16))
        return ones.bit_count()

    assert distance(picture(1, (400, 300)), picture(1, (200, 150))) <= 25
    assert distance(picture(1, (400, 300)), picture(2, (400, 300))) > 60
