"""What scrub writes of a pair does not depend on its class: else the pixels would tell it."""

import csv
import io

import pytest
from drawn import write
from PIL import Image
from releases import encode
from small import TOP, section
from twins import scrub_twins

from pairdx.core.schema import LABELS
from pairdx.curate.scan.params import ScanParams
from pairdx.curate.scrub.params import ScrubParams
from pairdx.curate.scrub.policy import FACTS

EXAMPLES = TOP / "examples" / "pairs"
WRITTEN_OVER = (
    ["13/02/2018", "10:32:45"],
    ["Name: Ng Wei", "Sex: F", "D.O.B.: 12/03/1956"],
    ["CITY GENERAL HOSPITAL", "100045678"],
)


@pytest.fixture(scope="module")
def twins(tmp_path_factory):
    """The example pictures of every class with three kinds of overlays, under each class."""
    with (EXAMPLES / "pairs.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))[:10]
    images, captions = {}, {}
    for number, row in enumerate(rows):
        image = Image.open(EXAMPLES / row["image"]).convert("RGB").resize((320, 320))
        dark = "black" if image.convert("L").resize((1, 1)).getpixel((0, 0)) > 128 else "white"
        for line, text in enumerate(WRITTEN_OVER[number % 3]):
            write(image, (6, 6 + 24 * line), text, 16, dark)
        images[row["id"]] = encode(image)
        captions[row["id"]] = f"{row['caption']} Mr. Miller on 2019-03-04, aged 91."
    scans = section(ScanParams, workers=1, faces="off")
    folder = tmp_path_factory.mktemp("twins")
    return images, scrub_twins(images, captions, scans, section(ScrubParams), folder)


def test_one_image_under_six_classes_comes_out_the_same(twins):
    images, written = twins
    assert set(written) == set(images)
    for name, by_class in written.items():
        assert set(by_class) == set(LABELS), name
        assert len(set(by_class.values())) == 1, name


def test_the_test_sees_what_is_masked(twins):
    images, written = twins
    changed = 0
    for name, by_class in written.items():
        (data, _), _, _, caption, age = by_class["chart"]
        assert "[name] on [date]" in caption
        assert age == 90
        if data != images[name]:
            before = Image.open(io.BytesIO(images[name])).convert("RGB").crop((0, 0, 300, 100))
            after = Image.open(io.BytesIO(data)).convert("RGB").crop((0, 0, 300, 100))
            changed += before.tobytes() != after.tobytes()
    assert changed >= 8


def test_what_decides_is_not_told_the_class():
    assert not {"label", "subtype", "split", "source"} & set(FACTS)
