"""Images without what travels beside the pixels: EXIF, ICC, XMP, comments, thumbnails, tails.

A file that carries none of it, is one frame of RGB or grey and is not too large keeps its bytes.
Anything else is decoded and written anew as JPEG of quality 95 without chroma subsampling: about
ten times as fast as WebP of the same quality, and the pixels are the same on every machine.
"""

import io
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from pairdx.core.decode import decode, opened
from pairdx.curate.scrub.fill import Box, fill

EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_CHUNKS = {b"IHDR", b"IDAT", b"IEND"}
WEBP_CHUNKS = {b"VP8 ", b"VP8L"}
# Application and comment segments; after the scan has begun these bytes can be nothing else.
JPEG_EXTRAS = re.compile(rb"\xff[\xe0-\xef\xfe]")
JFIF = re.compile(rb"\xff\xe0\x00\x10JFIF\x00.{7}\x00\x00", re.DOTALL)  # without a thumbnail


@dataclass(frozen=True)
class CleanImage:
    """An encoded image that is nothing but pixels."""

    data: bytes
    extension: str
    width: int
    height: int
    changed: bool  # written anew, not the bytes that came in


def clean_image(
    data: bytes, max_side: int, masked: Sequence[Box] = (), crop: Box | None = None
) -> CleanImage:
    """Return ``data`` if it is clean already, else its pixels, scaled to fit ``max_side``.

    How many pixels it has is not asked here: the scan has refused what is too large.

    Args:
        data: an encoded image.
        max_side: pixels.
        masked: boxes of the decoded image to fill with their surroundings.
        crop: the part of the decoded image to keep.

    Raises:
        UndecodableError: the bytes are no image that can be read.
    """
    kept = None if masked or crop else _keep(data, max_side)
    if kept is not None:
        return kept
    image = decode(data)
    if masked:
        image = Image.fromarray(fill(np.asarray(image), masked))
    image = image.crop(crop) if crop else image
    image.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=95, subsampling=0)
    return CleanImage(buffer.getvalue(), "jpg", image.width, image.height, changed=True)


def _keep(data: bytes, max_side: int) -> CleanImage | None:
    try:
        with opened(data) as image:
            extension = EXTENSIONS.get(image.format or "")
            fits = max(image.size) <= max_side and image.mode in ("RGB", "L")
            if extension is None or not fits or not is_bare(data):
                return None
            return CleanImage(data, extension, image.width, image.height, changed=False)
    except OSError:
        return None  # decoding it in full says what is wrong


def is_bare(data: bytes) -> bool:
    """Whether the file holds one image's pixels and nothing beside them.

    The container is read, not Pillow's view of it: text after the pixels, private chunks and
    what hangs behind the end do not show there.
    """
    if data.startswith(PNG_SIGNATURE):
        return set(_png_chunks(data)) <= PNG_CHUNKS
    if data.startswith(b"RIFF"):
        return len(_webp_chunks(data)) == 1 and set(_webp_chunks(data)) <= WEBP_CHUNKS
    if data.startswith(b"\xff\xd8"):
        body = JFIF.sub(b"", data, count=1)
        one_image = data.endswith(b"\xff\xd9") and data.count(b"\xff\xd9") == 1
        return one_image and not JPEG_EXTRAS.search(body)
    return False


def _png_chunks(data: bytes) -> Iterator[bytes]:
    position = len(PNG_SIGNATURE)
    while position < len(data):
        if position + 8 > len(data):
            yield b"tail"
            return
        size, name = struct.unpack_from(">I4s", data, position)
        yield name
        position += size + 12
        if name == b"IEND" and position != len(data):
            yield b"tail"
            return


def _webp_chunks(data: bytes) -> list[bytes]:
    names, position = [], 12
    while position + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, position)
        names.append(name)
        position += 8 + size + size % 2
    return names if position == len(data) else [*names, b"tail"]
