"""One picture in the forms in which people keep pictures, and what it looks like in each.

The looks are worked out here by arithmetic, beside the decoder: colours over white, greys by their
deepest and lightest value, turns by the EXIF standard.
"""

from collections.abc import Iterator

import numpy as np
from PIL import Image
from PIL.Image import Transpose
from releases import encode

# What undoes, in the stored picture, the turn that an EXIF orientation asks of a viewer.
STORED = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_90,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_270,
}
ORIENTATION = 0x0112


def file_forms(picture: Image.Image) -> Iterator[tuple[str, bytes, bytes]]:
    """Yield the name of a form, an RGB picture in that form, and the same look as plain PNG."""
    for make in (transparent, palette, transparent_palette, sixteen_bits, cmyk):
        data, look = make(picture)
        yield make.__name__, data, encode(look, compress_level=1)
    plain = encode(picture, compress_level=1)
    for number in STORED:
        yield f"turned_{number}", turned(picture, number), plain


def transparent(picture: Image.Image) -> tuple[bytes, Image.Image]:
    """Fade the picture out from left to right; what is not seen is black, as editors leave it."""
    rgb = np.asarray(picture).astype(float)
    alpha = np.linspace(0, 255, picture.width).round()[None, :, None] + 0 * rgb[..., :1]
    stored = np.concatenate([rgb * (alpha > 0), alpha], axis=2).astype(np.uint8)
    look = (stored[..., :3] * (alpha / 255) + 255 - alpha).round().astype(np.uint8)
    return encode(Image.fromarray(stored), compress_level=1), Image.fromarray(look)


def palette(picture: Image.Image) -> tuple[bytes, Image.Image]:
    """Reduce the picture to 256 colours."""
    stored = picture.quantize(256)
    return encode(stored), stored.convert("RGB")


def transparent_palette(picture: Image.Image) -> tuple[bytes, Image.Image]:
    """Make the darkest of its colours transparent."""
    stored = picture.quantize(64)
    colours = np.array(stored.getpalette())[: 64 * 3].reshape(-1, 3)
    numbers = np.asarray(stored)
    hidden = min(np.unique(numbers), key=lambda number: colours[number].sum())
    look = np.where(numbers[..., None] == hidden, 255, colours[numbers]).astype(np.uint8)
    return encode(stored, transparency=int(hidden)), Image.fromarray(look)


def sixteen_bits(picture: Image.Image) -> tuple[bytes, Image.Image]:
    """Its greys, from black to white, each as deep as a scanner writes them."""
    grey = np.asarray(picture.convert("L")).astype(float)
    grey = np.rint((grey - grey.min()) * 255 / max(np.ptp(grey), 1))
    stored = Image.fromarray((grey * 257).astype(np.uint16))
    return encode(stored, compress_level=1), Image.fromarray(grey.astype(np.uint8)).convert("RGB")


def cmyk(picture: Image.Image) -> tuple[bytes, Image.Image]:
    """Four inks, of which black is not used: the same colours."""
    return encode(picture.convert("CMYK"), "TIFF"), picture


def turned(picture: Image.Image, orientation: int) -> bytes:
    """Store the picture as a camera does that was held otherwise."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return encode(picture.transpose(STORED[orientation]), exif=exif, compress_level=1)
