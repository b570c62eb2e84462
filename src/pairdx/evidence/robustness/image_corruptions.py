"""Every corruption and its five severities, from the weakest to the strongest."""

import io
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from pairdx.core.decode import decode

SEVERITIES = (1, 2, 3, 4, 5)

# The constants of ImageNet-C's own scripts (Hendrycks and Dietterich 2019), for 224 pixels.
IMAGE: dict[str, tuple[float, ...]] = {
    "gaussian_noise": (0.08, 0.12, 0.18, 0.26, 0.38),  # standard deviation; white is 1
    "shot_noise": (60, 25, 12, 5, 3),  # photons that make white
    "gaussian_blur": (1, 2, 3, 4, 6),  # standard deviation in pixels
    "jpeg": (25, 18, 15, 10, 7),  # quality
    "brightness": (0.1, 0.2, 0.3, 0.4, 0.5),  # added to the value of HSV
    "contrast": (0.4, 0.3, 0.2, 0.1, 0.05),  # share of it that is left
    "pixelate": (0.6, 0.5, 0.4, 0.3, 0.25),  # share of the pixels of a side that are left
}
# Ours.
CAPTION: dict[str, tuple[float, ...]] = {
    "typos": (0.05, 0.1, 0.2, 0.3, 0.5),  # share of the words that get one
    "truncation": (0.8, 0.6, 0.4, 0.2, 0.1),  # share of the words that are left
}
# Which part of a pair each changes, in the order of reports.
CORRUPTIONS = {**dict.fromkeys(IMAGE, "image"), **dict.fromkeys(CAPTION, "caption")}


Pixels = npt.NDArray[np.float32]  # (H, W, 3), from 0 to 1


def working_copy(data: bytes, side: int) -> Image.Image:
    """Decode a picture and scale it down until its shorter side has ``side`` pixels."""
    picture = decode(data)
    scale = side / min(picture.size)
    if scale >= 1:
        return picture
    width, height = (max(1, round(length * scale)) for length in picture.size)
    return picture.resize((width, height), Image.Resampling.BICUBIC)


def corrupt(
    image: Image.Image, kind: str, severity: int, generator: np.random.Generator
) -> Image.Image:
    """Make an RGB picture worse.

    Args:
        image: the picture, which stays as it is.
        kind: one of ``IMAGE``.
        severity: from 1 to 5.
        generator: what noise is drawn from.
    """
    return _KINDS[kind](image, IMAGE[kind][severity - 1], generator)


def encode(image: Image.Image) -> bytes:
    """Encode without loss, and as fast as memory is written: the bytes are read once."""
    buffer = io.BytesIO()
    image.save(buffer, "BMP")
    return buffer.getvalue()


def _gaussian_noise(
    image: Image.Image, deviation: float, generator: np.random.Generator
) -> Image.Image:
    pixels = _pixels(image)
    return _image(pixels + deviation * generator.standard_normal(pixels.shape, np.float32))


def _shot_noise(image: Image.Image, photons: float, generator: np.random.Generator) -> Image.Image:
    return _image((generator.poisson(_pixels(image) * photons) / photons).astype(np.float32))


def _gaussian_blur(image: Image.Image, radius: float, _: np.random.Generator) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(radius))


def _jpeg(image: Image.Image, quality: float, _: np.random.Generator) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=int(quality))
    return decode(buffer.getvalue())


def _brightness(image: Image.Image, added: float, _: np.random.Generator) -> Image.Image:
    hue, saturation, value = image.convert("HSV").split()
    brighter = value.point([min(255, round(level + 255 * added)) for level in range(256)])
    return Image.merge("HSV", (hue, saturation, brighter)).convert("RGB")


def _contrast(image: Image.Image, left: float, _: np.random.Generator) -> Image.Image:
    pixels = _pixels(image)
    means = pixels.mean(axis=(0, 1))
    return _image((pixels - means) * np.float32(left) + means)


def _pixelate(image: Image.Image, left: float, _: np.random.Generator) -> Image.Image:
    width, height = (max(1, int(length * left)) for length in image.size)
    coarse = image.resize((width, height), Image.Resampling.BOX)
    return coarse.resize(image.size, Image.Resampling.BOX)


_KINDS: dict[str, Callable[[Image.Image, float, np.random.Generator], Image.Image]] = {
    "gaussian_noise": _gaussian_noise,
    "shot_noise": _shot_noise,
    "gaussian_blur": _gaussian_blur,
    "jpeg": _jpeg,
    "brightness": _brightness,
    "contrast": _contrast,
    "pixelate": _pixelate,
}


def _pixels(image: Image.Image) -> Pixels:
    return np.asarray(image, dtype=np.float32) / np.float32(255)


def _image(pixels: Pixels) -> Image.Image:
    return Image.fromarray((pixels.clip(0, 1) * 255).round().astype(np.uint8))
