"""A map of evidence laid over the image it belongs to."""

import numpy as np
from PIL import Image, ImageOps

from pairdx.pairs.images import Resize, seen_part
from pairdx.statistics.intervals.bootstrap import Floats

OPACITY = 0.6  # where the map is highest: the image stays visible
LEAST, MIDDLE, MOST = "#4b1d91", "#e8384f", "#fff04a"  # purple, red, yellow


def overlay(image: Image.Image, values: Floats, resize: Resize) -> Image.Image:
    """Colour ``image`` where a map ``(h, h)`` is above 0, by its share of the map's maximum.

    Args:
        image: the whole image.
        values: a map of what the model was given of it.
        resize: how the image had become a square (see ``ImageInput``).
    """
    image = image.convert("RGB")
    left, top, right, bottom = seen_part(image.size, resize)
    shares = np.clip(values, 0, None) / max(float(values.max()), np.finfo(float).tiny)
    cells = Image.fromarray((shares * 255).astype(np.uint8))
    heat = Image.new("L", image.size)
    heat.paste(cells.resize((right - left, bottom - top), Image.Resampling.BILINEAR), (left, top))
    coloured = ImageOps.colorize(heat, LEAST, MOST, MIDDLE)
    return Image.composite(coloured, image, heat.point(lambda value: value * OPACITY))
