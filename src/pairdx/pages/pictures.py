"""What the page shows of an image: a small copy of it, and what was found at its full size."""

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

QUALITY = 72
CLOSE_UPS = 6  # at most; a chart has hundreds of words
MARGIN = 6  # pixels around what was found
CLOSE_UP_SIZE = (360, 120)

Box = Mapping[str, Any]


@dataclass(frozen=True)
class CloseUp:
    """A part of an image, and what was found there."""

    kind: str
    uri: str
    width: int
    height: int


def thumbnail(image: Image.Image, side: int) -> str:
    """Return a copy that fits ``side`` x ``side`` pixels, as a data URI."""
    return _data_uri(_fit(image, (side, side)))


def close_ups(image: Image.Image, boxes: Sequence[Box]) -> list[CloseUp]:
    """Cut out the first of the ``boxes``, with a margin."""
    found = []
    for box in boxes[:CLOSE_UPS]:
        left, top = max(0, box["left"] - MARGIN), max(0, box["top"] - MARGIN)
        right = min(image.width, box["right"] + MARGIN)
        bottom = min(image.height, box["bottom"] + MARGIN)
        if left < right and top < bottom:
            part = _fit(image.crop((left, top, right, bottom)), CLOSE_UP_SIZE)
            found.append(CloseUp(box["kind"], _data_uri(part), part.width, part.height))
    return found


def _fit(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    image = image.copy()
    image.thumbnail(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    return image


def _data_uri(image: Image.Image) -> str:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", quality=QUALITY, method=2)
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
