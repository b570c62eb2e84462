import io
import struct

import numpy as np
import pytest
from PIL import Image, PngImagePlugin
from releases import encode, picture

from pairdx.core.decode import UndecodableError, decode
from pairdx.curate.scrub.images import clean_image

TEXT = PngImagePlugin.PngInfo()
TEXT.add_text("Patient", "Ada Byron")
EXIF = Image.Exif()
EXIF[0x013B] = "Ada Byron"
SIDE = 512


def opened(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize(
    ("data", "extension"),
    [
        (encode(picture(1)), "png"),
        (encode(picture(1), "JPEG"), "jpg"),
        (encode(picture(1, mode="L"), "JPEG"), "jpg"),
        (encode(picture(1), "JPEG", progressive=True), "jpg"),
        (encode(picture(1), "WEBP"), "webp"),
        (encode(picture(1), "WEBP", lossless=True), "webp"),
    ],
)
def test_a_clean_file_keeps_its_bytes(data, extension):
    image = clean_image(data, SIDE)
    assert (image.data, image.extension, image.changed) == (data, extension, False)
    assert (image.width, image.height) == (48, 40)


@pytest.mark.parametrize(
    "data",
    [
        encode(picture(1), pnginfo=TEXT),
        encode(picture(1)) + b"Ada Byron",
        encode(picture(1))[:-12] + struct.pack(">I", 9) + b"paTI" + b"Ada Byron" + b"\0" * 4,
        encode(picture(1), "JPEG", exif=EXIF),
        encode(picture(1), "JPEG", comment=b"Ada Byron"),
        encode(picture(1), "JPEG", icc_profile=b"Ada Byron" * 20),
        encode(picture(1), "JPEG", xmp=b"Ada Byron"),
        encode(picture(1), "JPEG") + b"Ada Byron",
        encode(picture(1), "JPEG") + encode(picture(2), "JPEG", comment=b"Ada Byron"),
        encode(picture(1), "WEBP", exif=EXIF),
        encode(picture(1), "WEBP", xmp=b"Ada Byron"),
        encode(picture(1), "WEBP") + b"JUNK\x0a\0\0\0Ada Byron ",
        encode(picture(1), "TIFF", tiffinfo={315: "Ada Byron"}),
    ],
)
def test_what_travels_beside_the_pixels_is_left_behind(data):
    assert b"Ada Byron" in data
    image = clean_image(data, SIDE)
    assert image.changed
    assert b"Ada Byron" not in image.data
    assert set(opened(image.data).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    difference = np.asarray(decode(image.data), int) - np.asarray(decode(data), int)
    assert np.abs(difference).mean() < 2


def test_a_cleaned_image_is_clean():
    once = clean_image(encode(picture(1), pnginfo=TEXT), SIDE)
    again = clean_image(once.data, SIDE)
    assert (again.data, again.changed) == (once.data, False)


def test_modes_and_frames_are_made_one_rgb_image():
    frames = [picture(1), picture(2)]
    for data in (
        encode(picture(1, mode="P")),
        encode(picture(1, mode="RGBA")),
        encode(picture(1, mode="1")),
        encode(frames[0], "WEBP", save_all=True, append_images=frames[1:]),
        encode(frames[0], "GIF", save_all=True, append_images=frames[1:]),
    ):
        image = opened(clean_image(data, SIDE).data)
        assert (image.format, image.mode, getattr(image, "n_frames", 1)) == ("JPEG", "RGB", 1)


def test_orientation_is_applied_before_it_is_lost():
    exif = Image.Exif()
    exif[0x0112] = 6
    image = clean_image(encode(picture(1, (48, 40)), "JPEG", exif=exif), SIDE)
    assert (image.width, image.height) == (40, 48)


def test_large_images_are_scaled_to_fit():
    image = clean_image(encode(picture(1, (1000, 250))), 64)
    assert (image.width, image.height, image.changed) == (64, 16, True)
    assert opened(image.data).size == (64, 16)
    assert clean_image(encode(picture(1, (1000, 250))), 64) == image


def test_boxes_are_filled_before_the_image_is_scaled():
    image = Image.new("RGB", (1000, 400), (40, 90, 60))
    image.paste("white", (100, 100, 300, 140))
    cleaned = clean_image(encode(image), SIDE, [(90, 90, 310, 150)])
    assert cleaned.changed
    assert np.abs(np.asarray(decode(cleaned.data), int) - (40, 90, 60)).max() <= 3


def test_a_clean_file_with_a_box_is_written_anew():
    data = encode(picture(1), "JPEG")
    cleaned = clean_image(data, SIDE, [(0, 0, 10, 10)])
    assert (cleaned.changed, cleaned.width, cleaned.height) == (True, 48, 40)
    before, after = (np.asarray(decode(one), int) for one in (data, cleaned.data))
    assert np.abs(before - after)[12:, 12:].mean() < 2


def test_a_part_is_kept():
    image = picture(1, (100, 80))
    cleaned = clean_image(encode(image), SIDE, crop=(0, 20, 100, 80))
    assert (cleaned.width, cleaned.height) == (100, 60)
    rest = np.asarray(image.crop((0, 20, 100, 80)), int)
    assert np.abs(np.asarray(decode(cleaned.data), int) - rest).mean() < 2


def test_hostile_images_come_out_as_plain_pixels():
    """16 bits, CMYK, a palette, 1 x 20000 pixels, GPS and a name in the EXIF."""
    deep = np.linspace(0, 65535, 1920).astype(np.uint16).reshape(40, 48)
    exif = Image.Exif()
    exif[0x013B] = "Ada Byron"
    exif.get_ifd(0x8825)[2] = (48.0, 51.0, 30.0)
    with_gps = encode(picture(1), "JPEG", exif=exif)
    assert Image.open(io.BytesIO(with_gps)).getexif().get_ifd(0x8825)
    for data in (
        encode(Image.fromarray(deep)),
        encode(picture(1).convert("CMYK"), "JPEG"),
        encode(picture(1, mode="P")),
        encode(Image.new("L", (1, 20000), 255)),
        with_gps,
    ):
        image = opened(clean_image(data, SIDE).data)
        assert (image.format, image.mode, len(image.getexif())) == ("JPEG", "RGB", 0)
        assert max(image.size) <= SIDE


def test_a_damaged_image():
    with pytest.raises(UndecodableError):
        clean_image(b"nothing", SIDE)
