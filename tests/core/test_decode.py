import re

import numpy as np
import pytest
from closure import ROOT
from PIL import Image
from releases import encode, picture

from pairdx.core.decode import UndecodableError, decode


def test_orientation_is_applied():
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    assert decode(encode(picture(1, (48, 40)), "JPEG", exif=exif)).size == (40, 48)


def test_transparency_is_laid_over_white():
    image = decode(encode(Image.new("RGBA", (2, 2), (0, 0, 0, 0))))
    assert image.mode == "RGB"
    assert image.getpixel((0, 0)) == (255, 255, 255)


def test_sixteen_bits_are_scaled_by_their_range():
    deep = Image.fromarray(np.array([[0, 65535], [32896, 257]], np.uint16))
    assert np.asarray(decode(encode(deep)))[..., 0].tolist() == [[0, 255], [128, 1]]


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_what_a_detector_delivers_in_sixteen_bits_uses_all_greys(bits, form):
    ramp = np.linspace(0, 2**bits - 1, 64 * 64).round().astype(np.uint16).reshape(64, 64)
    greys = np.asarray(decode(encode(Image.fromarray(ramp), form)))[..., 0]
    assert len(np.unique(greys)) == 256
    np.testing.assert_allclose(greys, ramp / (2**bits - 1) * 255, atol=0.5)


def test_a_dim_twelve_bit_image_keeps_its_place_in_the_range():
    half = Image.fromarray(np.array([[0, 1000], [2048, 1100]], np.uint16))
    assert np.asarray(decode(encode(half)))[..., 0].tolist() == [[0, 62], [128, 68]]


@pytest.mark.parametrize("brightest", [255, 200, 60, 15, 1])
def test_eight_bits_widened_to_sixteen_look_as_they_did(brightest):
    plain = np.linspace(0, brightest, 256).round().astype(np.uint8).reshape(16, 16)
    widened = Image.fromarray(plain.astype(np.uint16) * 257)
    assert np.array_equal(decode(encode(widened)), decode(encode(Image.fromarray(plain))))


def test_first_frame_of_an_animation():
    frames = [Image.new("RGB", (4, 4), "red"), Image.new("RGB", (4, 4), "blue")]
    data = encode(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    assert decode(data).getpixel((0, 0)) == (255, 0, 0)


def test_damage_and_bombs_have_reasons():
    whole = encode(picture(1, (400, 400)), "JPEG")
    with pytest.raises(UndecodableError, match=r"damaged: .*truncated"):
        decode(whole[: len(whole) // 2])
    with pytest.raises(UndecodableError, match="not one of BMP"):
        decode(b"%!PS-Adobe-3.0 EPSF-3.0 this would start Ghostscript")
    with pytest.raises(UndecodableError, match=r"more than 0\.1 megapixels"):
        decode(whole, 0.1)
    with pytest.raises(UndecodableError, match=r"more than 0\.01 megapixels"):
        decode(whole, 0.01)
    assert decode(whole, 0.16).size == (400, 400)


def test_nothing_else_opens_an_image():
    """Pillow by itself would take other formats too, EPS among them, which starts Ghostscript."""
    package = ROOT / "src/pairdx"
    opens = re.compile(
        r"Image\.open\((?!path, formats=FORMATS\))|imread\(|read_image\(|decode_image\("
    )
    found = [path for path in package.rglob("*.py") if opens.search(path.read_text("utf-8"))]
    assert found == [package / "core/decode.py"]
