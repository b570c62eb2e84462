"""Each corruption against its formula or an independent library, and what they have in common."""

import io

import numpy as np
import pytest
from PIL import Image
from releases import encode, picture
from scipy.ndimage import gaussian_filter

from pairdx.evidence.robustness.image_corruptions import IMAGE, SEVERITIES, corrupt, working_copy
from pairdx.evidence.robustness.image_corruptions import encode as encode_fast
from pairdx.pairs.images import ImageInput

PICTURE = picture(3, (96, 80))
GREY = Image.new("RGB", (120, 110), (128, 128, 128))


def worse(image, kind, severity, seed=0):
    return corrupt(image, kind, severity, np.random.default_rng(seed))


def pixels(image):
    return np.asarray(image, dtype=np.float64) / 255


@pytest.mark.parametrize("kind", IMAGE)
def test_it_gets_worse_with_severity(kind):
    errors = [np.abs(pixels(worse(PICTURE, kind, s)) - pixels(PICTURE)).mean() for s in SEVERITIES]
    assert errors == sorted(errors)
    assert 0 < errors[0] < 0.8 * errors[-1]
    assert len(IMAGE[kind]) == len(SEVERITIES)


@pytest.mark.parametrize("kind", IMAGE)
def test_a_seed_decides_and_the_picture_stays(kind):
    before = PICTURE.tobytes()
    first, again, other = (worse(PICTURE, kind, 2, seed) for seed in (1, 1, 2))
    assert (first.mode, first.size) == ("RGB", PICTURE.size)
    assert first.tobytes() == again.tobytes()
    assert (first.tobytes() == other.tobytes()) == ("noise" not in kind)
    assert PICTURE.tobytes() == before


@pytest.mark.parametrize(("kind", "size"), [(kind, size) for kind in IMAGE for size in (1, 3)])
def test_a_tiny_picture_stands_it(kind, size):
    assert worse(picture(1, (size, 7)), kind, 5).size == (size, 7)


def test_gaussian_noise_has_its_deviation():
    noise = pixels(worse(GREY, "gaussian_noise", 1)) - 128 / 255
    assert noise.std() == pytest.approx(0.08, rel=0.02)
    assert abs(noise.mean()) < 0.002


def test_shot_noise_is_of_its_photons():
    # Poisson: the variance of photons / 60 is brightness / 60.
    noisy = pixels(worse(Image.new("RGB", (200, 200), (64, 64, 64)), "shot_noise", 1))
    assert noisy.var() == pytest.approx(64 / 255 / 60, rel=0.03)
    assert noisy.mean() == pytest.approx(64 / 255, rel=0.01)
    black = Image.new("RGB", (9, 9))
    assert worse(black, "shot_noise", 5).tobytes() == black.tobytes()  # no light, no noise


def test_a_noisier_picture_is_noisy_in_the_same_places():
    weak, strong = (pixels(worse(GREY, "gaussian_noise", s)) - 128 / 255 for s in (1, 2))
    np.testing.assert_allclose(strong, weak * 0.12 / 0.08, atol=0.01)


@pytest.mark.parametrize("severity", SEVERITIES)
def test_blur_is_gaussian(severity):
    sigma = IMAGE["gaussian_blur"][severity - 1]
    wanted = gaussian_filter(pixels(PICTURE), (sigma, sigma, 0), mode="nearest")
    found = pixels(worse(PICTURE, "gaussian_blur", severity))
    # Pillow's is made of box blurs; towards the border of so small a picture they differ a little.
    assert np.abs(found - wanted).mean() < 0.02 * np.abs(pixels(PICTURE) - wanted).mean() + 0.004


def test_contrast_is_drawn_towards_the_mean():
    array = pixels(PICTURE)
    means = array.mean(axis=(0, 1))
    wanted = (array - means) * 0.4 + means
    np.testing.assert_allclose(pixels(worse(PICTURE, "contrast", 1)), wanted, atol=0.004)


def test_brightness_is_added_to_the_value():
    image = Image.new("RGB", (4, 4), (100, 50, 0))  # value 100; hue and saturation stay
    array = np.asarray(worse(image, "brightness", 2))[0, 0].astype(int)  # 100 + 0.2 * 255 = 151
    np.testing.assert_allclose(array, [151, 151 / 2, 0], atol=1)


def test_pixels_are_blocks():
    blocks = np.asarray(worse(picture(5, (80, 40)), "pixelate", 5))  # 0.25: blocks of 4 x 4
    means = np.asarray(picture(5, (80, 40)), float).reshape(10, 4, 20, 4, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(blocks, means.repeat(4, 0).repeat(4, 1), atol=1)


def test_jpeg_is_what_pillow_writes():
    lossy = Image.open(io.BytesIO(encode(PICTURE, "JPEG", quality=7))).convert("RGB")
    assert worse(PICTURE, "jpeg", 5).tobytes() == lossy.tobytes()


@pytest.mark.parametrize(
    ("size", "wanted"), [((448, 896), (224, 448)), ((300, 100), (300, 100)), ((2, 900), (2, 900))]
)
def test_a_large_picture_is_scaled_down_and_a_small_one_left(size, wanted):
    assert working_copy(encode(picture(1, size)), 224).size == wanted


def test_the_encoding_loses_nothing_and_models_read_it():
    fit = ImageInput(64)
    data = encode_fast(PICTURE)
    assert working_copy(data, 224).tobytes() == PICTURE.tobytes()
    assert fit.decode(data).equal(fit.decode(encode(PICTURE)))
