"""Bytes to RGB pixels: the one way in which every stage looks at an image.

First frame, turned as its EXIF orientation says, transparency over white, deep greys scaled to
8 bits. What is hashed, what is screened and what is written out are therefore the same picture.

A grey image of 16 bits often holds a detector's 12, and nothing in the file says so: it is scaled
by the fewest bits of `DEPTHS` that hold its brightest pixel. One that uses its full range looks as
its 8-bit version does. Colours of 16 bits are cut to their upper 8 by Pillow, which reads no more.
"""

import hashlib
import io
import warnings

import numpy as np
from PIL import Image, ImageOps

MAX_MEGAPIXELS = 100  # ten times a figure of an article; decoded, a third of a gigabyte
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")  # none of which runs another program
DEPTHS = (8, 10, 12, 14, 16)  # bits a pixel that detectors deliver
WIDENED = 257  # 65535 / 255: 8 bits widened to 16 are multiples of it


class UndecodableError(Exception):
    """The bytes are no image that can be read; the message is a short reason."""


def opened(data: bytes, max_megapixels: float | None = None) -> Image.Image:
    """Open an image without decoding it: its header is read, no pixel.

    Raises:
        OSError: the bytes are of no known format (and what else Pillow raises on a damaged header).
    """
    Image.MAX_IMAGE_PIXELS = int(max_megapixels * 1e6) if max_megapixels else None
    return Image.open(io.BytesIO(data), formats=FORMATS)


def decode(data: bytes, max_megapixels: float | None = None) -> Image.Image:
    """Decode ``data`` fully into an RGB image without metadata.

    Args:
        data: an encoded image.
        max_megapixels: what may be decoded; None where a stage before has seen to it.

    Raises:
        UndecodableError: the bytes are damaged, of no known format, or of too many pixels.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # remarks on odd metadata, which is thrown away
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with opened(data, max_megapixels) as image:
                image.load()
                return _to_rgb(ImageOps.exif_transpose(image))
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            raise UndecodableError(f"more than {max_megapixels:g} megapixels") from None
        except Image.UnidentifiedImageError:
            raise UndecodableError(f"not one of {', '.join(FORMATS)}") from None
        except Exception as error:  # Pillow's decoders raise nearly anything on damaged bytes
            raise UndecodableError(f"damaged: {' '.join(str(error).split())}") from error


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        return _deep_grey_to_rgb(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return Image.frombytes("RGB", image.size, image.convert("RGB").tobytes())


def _deep_grey_to_rgb(image: Image.Image) -> Image.Image:
    """Scale 16 bits by the depth that they use, and what has no fixed range by its own."""
    pixels = np.asarray(image, dtype=np.float64)
    low, high = float(pixels.min()), float(pixels.max())
    if image.mode.startswith("I;16"):
        depth = next(bits for bits in DEPTHS if high < 2**bits)
        widened = not (pixels % WIDENED).any()
        low, high = 0.0, 65535.0 if widened else 2.0**depth - 1
    scaled = (pixels - low) * (255 / max(high - low, 1e-12))
    return Image.fromarray(scaled.round().astype(np.uint8)).convert("RGB")


def pixel_hash(image: Image.Image) -> str:
    """Hash the size too: the same bytes can be a wide and a tall image."""
    return hashlib.sha256(f"{image.size}".encode() + image.tobytes()).hexdigest()


def perceptual_hash(image: Image.Image, hash_size: int) -> bytes | None:
    """Return the bits of the DCT hash; images of one colour all share one, so they get none."""
    import imagehash  # with SciPy's transforms half a second, for the scan alone

    if image.getcolors(maxcolors=1) is not None:
        return None
    return np.packbits(imagehash.phash(image, hash_size).hash.ravel()).tobytes()
