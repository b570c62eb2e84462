from dataclasses import astuple
from typing import get_args

import numpy as np
import pytest
from drawn import contains, write
from PIL import Image
from scipy import ndimage

from pairdx.curate.scan import ocr
from pairdx.curate.scan.networks import planes
from pairdx.curate.scan.ocr import TextReader
from pairdx.curate.scan.params import Native


@pytest.fixture(scope="module", params=get_args(Native))
def reader(request):
    return TextReader(32, 960, False, request.param)


def grey(size=(320, 240), seed=0):
    noise = np.random.default_rng(seed).normal(60, 8, (size[1], size[0]))
    return Image.fromarray(noise.clip(0, 255).astype(np.uint8)).convert("RGB")


@pytest.mark.parametrize("text", ["12/03/2019", "MRN 00482913", "PORTABLE", "DOB 1996-02-12"])
def test_a_line_is_found_where_it_stands_and_read(reader, text):
    image = grey()
    box = write(image, (30, 200), text, 14)
    words = reader.read(image)
    assert "".join(word.text for word in words).replace(" ", "") == text.replace(" ", "")
    assert contains([(w.left, w.top, w.right, w.bottom) for w in words], box, 0.95)
    assert min(word.confidence for word in words) > 0.8


def test_lines_come_from_top_to_bottom(reader):
    image = grey()
    write(image, (20, 150), "second line", 16)
    write(image, (20, 40), "first line", 16)
    assert [word.text.replace(" ", "") for word in reader.read(image)] == [
        "firstline",
        "secondline",
    ]


@pytest.mark.parametrize("quarter", [Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270])
def test_a_turned_line_is_read(reader, quarter):
    image = grey((240, 240))
    write(image, (40, 100), "12/03/2019", 18)
    words = reader.read(image.transpose(quarter))
    assert [word.text for word in words] == ["12/03/2019"]


def test_where_nothing_is_written_nothing_is_read(reader):
    assert reader.read(grey()) == []
    image = grey()
    write(image, (20, 20), "R", 24)  # no identifier is a single letter
    assert reader.read(image) == []


@pytest.mark.parametrize("size", [(1, 1), (1, 20000), (20000, 1), (33, 31)])
def test_images_of_odd_sizes(reader, size):
    assert reader.read(Image.new("RGB", size, "white")) == []


def test_faint_letters_over_bright_tissue_need_the_contrast_raised():
    """As an endoscope's recorder writes them: white, over what is nearly white."""
    image = Image.linear_gradient("L").resize((320, 240)).point(lambda v: 170 + v * 60 // 255)
    image = image.convert("RGB")
    write(image, (8, 170), "17/08/2015", 12, fill=(248, 248, 248))
    plain, raised = (TextReader(320, 960, how).read(image) for how in (False, True))
    assert len(plain) <= len(raised)
    assert [word.text for word in raised] == ["17/08/2015"]


def test_the_key_tells_whether_the_same_would_be_found():
    readers = [TextReader(side, 960, how) for side in (32, 320) for how in (False, True)]
    readers.append(TextReader(32, 960, False, "bfloat16"))
    assert len({str(reader.key) for reader in readers}) == 5


def page(seed):
    """Eight lines, of which some are of one width; one is turned, and one hard to read."""
    image = grey((400, 360), seed)
    for number in range(6):
        write(image, (20, 10 + 40 * number), f"{10 + number}/0{number}/20{10 + seed}", 12 + number)
    write(image, (200, 40), "PORTABLE 14:25", 14, fill=(90, 90, 90))
    turned = Image.new("RGB", (120, 30), (60, 60, 60))
    write(turned, (4, 4), f"MRN {seed}4882913", 14)
    image.paste(turned.transpose(Image.Transpose.ROTATE_90), (340, 150))
    return image


def test_lines_that_are_read_together_say_what_each_says_alone(monkeypatch):
    reader = TextReader(320, 960, True)
    pages = [page(seed) for seed in range(4)]
    together = [reader.read(page) for page in pages]
    monkeypatch.setattr(ocr, "BATCH", 1)
    alone = [reader.read(page) for page in pages]
    assert sum(map(len, alone)) >= 4 * 7
    for words, others in zip(together, alone, strict=True):
        assert [word.text for word in words] == [word.text for word in others]
        assert [word[:4] for word in map(astuple, words)] == [
            word[:4] for word in map(astuple, others)
        ]
        assert [word.confidence for word in words] == pytest.approx(
            [word.confidence for word in others], abs=0.002
        )


def test_lines_of_one_width_are_read_at_once(reader, monkeypatch):
    runs = []
    run = reader._recogniser.run
    monkeypatch.setattr(
        reader._recogniser, "run", lambda lines: runs.append(len(lines)) or run(lines)
    )
    image = grey((240, 320))
    for number in range(6):
        write(image, (20, 10 + 50 * number), "12/03/2019", 16)
    assert [word.text for word in reader.read(image)] == 6 * ["12/03/2019"]
    assert (sum(runs), max(runs)) == (6, ocr.BATCH)
    assert len(runs) < 4


@pytest.mark.parametrize("size", [(1, 1), (7, 300), (300, 7), (129, 128), (500, 333)])
def test_contrast_is_raised_over_a_gaussian_of_the_surroundings(size):
    noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3)).astype(np.uint8)
    pixels = noise.astype(np.float64)
    surroundings = ndimage.gaussian_filter(pixels, (ocr.SURROUNDINGS, ocr.SURROUNDINGS, 0))
    expected = (ocr.MIDDLE + ocr.GAIN * (pixels - surroundings)).clip(0, 255)
    raised = ocr._contrasted(planes(Image.fromarray(noise)))
    assert np.abs(raised.transpose(1, 2, 0) - expected).max() < 0.51  # rounded
