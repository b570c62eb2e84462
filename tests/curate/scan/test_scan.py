import hashlib

import numpy as np
import pytest
from drawn import write
from PIL import Image
from releases import encode, picture, rows_of, write_release
from skimage import data
from small import section

from pairdx.core.schema import SCAN
from pairdx.curate.scan import scan as module
from pairdx.curate.scan.faces import FaceFinder
from pairdx.curate.scan.params import ScanParams
from pairdx.curate.scan.scan import perceptual_hash, scan
from pairdx.sources.multicare import read_rows


def params(**changes):
    return section(ScanParams, **{"max_megapixels": 1, "workers": 1} | changes)


@pytest.fixture(scope="module")
def facts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("facts")
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
        folder, rows, images={row["file"]: data for row, data in zip(rows, images, strict=False)}
    )
    return scan(folder, read_rows(folder), params(), folder / "cache")


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


def test_workers_and_chunks_change_nothing(written, tmp_path, monkeypatch):
    rows = read_rows(written)
    alone = scan(written, rows, params(), tmp_path / "one")
    monkeypatch.setattr(module, "CHUNK", 8)
    assert scan(written, rows, params(workers=2), tmp_path / "two").equals(alone)


@pytest.fixture
def written(tmp_path):
    """Each of 21 images shows a date of its own; the first is the photograph of a face."""
    rows = rows_of()
    images = {row["file"]: dated(number) for number, row in enumerate(rows)}
    images[rows[0]["file"]] = encode(Image.fromarray(data.astronaut()).resize((256, 256)))
    return write_release(tmp_path / "written", rows, images=images)


def dated(number):
    image = picture(number, (160, 120)).point(lambda value: value // 4)
    write(image, (20, 40), f"{1 + number:02}/03/2019", 16)
    return encode(image)


def test_words_and_faces(written, tmp_path):
    facts = scan(written, read_rows(written), params(), tmp_path / "cache").sort_by("id")
    assert sum(len(faces) for faces in facts["faces"].to_pylist()) == 1
    words = [[word["text"] for word in words] for words in facts["words"].to_pylist()]
    dates = [f"{1 + number:02}/03/2019" for number in range(1, 21)]
    assert sum([date] in words for date in dates) >= 18
    off = params(words="off", faces="off")
    nothing = scan(written, read_rows(written), off, tmp_path / "cache")
    assert {len(found) for name in ("words", "faces") for found in nothing[name].to_pylist()} == {0}


def test_an_image_is_looked_at_once(written, tmp_path, monkeypatch):
    looked = []
    find = FaceFinder.find
    monkeypatch.setattr(FaceFinder, "find", lambda *a: looked.append(1) or find(*a))
    cache = tmp_path / "cache"
    rows = read_rows(written)
    first = scan(written, rows.slice(0, 15), params(), cache)
    assert len(looked) == 15
    module._pixel_facts.cache_clear()
    assert scan(written, rows, params(), cache).slice(0, 15).equals(first)
    assert len(looked) == 21
    scan(written, rows, params(min_face_score=0.4), cache)  # other faces may be found
    assert len(looked) == 42
    scan(written, rows, params(hash_size=8, workers=2), cache)  # no other word or face
    assert len(looked) == 42


def test_a_scan_that_stopped_repeats_the_image_it_was_at(written, tmp_path, monkeypatch):
    looked = []
    find = FaceFinder.find

    def find_or_stop(finder, image):
        looked.append(1)
        if len(looked) == 9:
            raise KeyboardInterrupt
        return find(finder, image)

    monkeypatch.setattr(FaceFinder, "find", find_or_stop)
    rows = read_rows(written)
    with pytest.raises(KeyboardInterrupt):
        scan(written, rows, params(), tmp_path / "cache")
    module._pixel_facts.cache_clear()
    resumed = scan(written, rows, params(), tmp_path / "cache")
    assert len(looked) == 22
    assert resumed.equals(scan(written, rows, params(), tmp_path / "other"))


def test_hostile_images(tmp_path):
    """What is too large is refused by its header, the rest is looked at."""
    rows = rows_of()
    frames = [picture(1), picture(2)]
    deep = np.linspace(0, 65535, 1920).astype(np.uint16).reshape(40, 48)
    exif = Image.Exif()
    exif[0x013B] = "Ada Byron"
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 30.0)
    images = [
        encode(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        encode(Image.fromarray(deep)),
        encode(picture(3).convert("CMYK"), "JPEG"),
        encode(picture(4, mode="P")),
        encode(picture(5), "JPEG", exif=exif),
        encode(Image.new("L", (1, 20000), 255)),
        encode(Image.new("1", (30000, 30000))),  # 110 kB in the file, 900 megapixels
        encode(Image.new("L", (20000, 1), 255)),
    ]
    files = [row["file"] for row in rows]
    write_release(tmp_path / "raw", rows, images=dict(zip(files, images, strict=False)))
    facts = scan(tmp_path / "raw", read_rows(tmp_path / "raw"), params(), tmp_path / "cache")
    *good, bomb, wide = facts.to_pylist()[: len(images)]
    assert [fact["problem"] for fact in (*good, wide)] == [None] * 7
    assert (good[5]["width"], good[5]["height"], wide["width"]) == (1, 20000, 20000)
    assert bomb["problem"] == "more than 1 megapixels"
    assert bomb["words"] == bomb["faces"] == []


def test_hash_survives_scaling_and_not_another_picture():
    def distance(one, other):
        ones = int.from_bytes(perceptual_hash(one, 16)) ^ int.from_bytes(perceptual_hash(other, 16))
        return ones.bit_count()

    assert distance(picture(1, (400, 300)), picture(1, (200, 150))) <= 25
    assert distance(picture(1, (400, 300)), picture(2, (400, 300))) > 60
