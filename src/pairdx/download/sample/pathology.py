"""Stained sections: haematoxylin and eosin, immunostaining."""

import numpy as np
from PIL import Image, ImageDraw

from pairdx.download.sample.canvas import (
    Colour,
    Rng,
    cloud,
    finish,
    paint,
    pick_colour,
    size,
    texture,
)


def _section(rng: Rng, stroma: tuple[Colour, ...], nuclei: tuple[Colour, ...]) -> Image.Image:
    height, width = size(rng, 180, 320, 1.25)
    h, w = height // 2, width // 2
    strands = np.sin(3 * cloud(rng, h, w, 5) + 2 * cloud(rng, h, w, 9))
    light = np.clip(0.5 + 0.2 * strands + 0.14 * texture(rng, h, w), 0, 1)
    image = finish(rng, paint(light, *stroma), height, width)
    draw = ImageDraw.Draw(image)
    dense = cloud(rng, height, width, 6)
    for _ in range(int(rng.integers(250, 420))):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        if dense[y, x] < rng.normal(0, 0.5):
            continue
        rx, ry = int(rng.integers(2, 5)), int(rng.integers(2, 5))
        draw.ellipse([x - rx, y - ry, x + rx, y + ry], fill=pick_colour(rng, *nuclei, spread=20))
    return image


def haematoxylin_eosin(rng: Rng) -> Image.Image:
    """Purple nuclei in pink stroma."""
    stroma = ((210, 110, 160), (235, 165, 200), (252, 238, 245))
    return _section(rng, stroma, ((95, 45, 130), (120, 60, 150)))


def immunostaining(rng: Rng) -> Image.Image:
    """Brown and blue nuclei on a pale ground."""
    stroma = ((205, 205, 225), (228, 226, 236), (248, 246, 246))
    return _section(rng, stroma, ((125, 75, 35), (150, 95, 45), (110, 120, 175)))
