"""Endoscopic views: mucosa with folds around a lumen, glare, polyps; airways with a carina."""

import numpy as np
from PIL import Image

from pairdx.download.sample.canvas import (
    Array,
    Rng,
    cloud,
    ellipse,
    finish,
    grid,
    paint,
    size,
    texture,
    tint,
)


def _window(rng: Rng, y: Array, x: Array) -> Array:
    """The lit field of the instrument: a circle or a square with cut corners."""
    if rng.random() < 0.5:
        return ellipse(y, x, (0, 0), (rng.uniform(0.92, 1.0),) * 2, soft=0.03)
    edge = np.maximum(np.maximum(np.abs(y), np.abs(x)), (np.abs(y) + np.abs(x)) / 1.45)
    return np.clip((0.97 - edge) / 0.03, 0, 1)


def _glare(rng: Rng, picture: Array, y: Array, x: Array, spots: int) -> Array:
    for _ in range(spots):
        at = (rng.uniform(-0.7, 0.7), rng.uniform(-0.7, 0.7))
        radii = (rng.uniform(0.02, 0.05), rng.uniform(0.03, 0.1))
        spot = ellipse(y, x, at, radii, rng.uniform(0, 3), soft=0.6)
        picture = tint(picture, (255, 250, 245), spot)
    return picture


def gi_endoscopy(rng: Rng) -> Image.Image:
    """Pink mucosa, ring folds towards a dark lumen, glare, often a polyp or an ulcer."""
    height, width = size(rng, 180, 330, rng.uniform(0.95, 1.3))
    h, w = height // 2, width // 2
    y, x = grid(h, w)
    lumen = (rng.uniform(-0.45, 0.45), rng.uniform(-0.45, 0.45))
    distance = np.sqrt((y - lumen[0]) ** 2 + (x - lumen[1]) ** 2)
    warped = distance + 0.05 * cloud(rng, h, w, 4)
    folds = np.sin(warped * rng.uniform(9, 17) + rng.uniform(0, 6))
    depth = np.clip((distance - rng.uniform(0.05, 0.15)) / 0.5, 0, 1)
    light = (0.52 + 0.2 * folds + 0.1 * texture(rng, h, w)) * (0.15 + 0.85 * depth) + 0.08
    deep, pale = (
        ((60, 5, 5), (245, 165, 140)) if rng.random() < 0.6 else ((70, 15, 0), (240, 180, 120))
    )
    picture = paint(np.clip(light, 0, 1), deep, (195, 75, 65), pale)
    if rng.random() < 0.6:
        at = (-lumen[0] * 0.8 + rng.uniform(-0.15, 0.15), -lumen[1] * 0.8)
        r = rng.uniform(0.14, 0.3)
        colour = (205, 60, 60) if rng.random() < 0.6 else (245, 225, 190)
        picture = tint(
            picture, (90, 20, 15), ellipse(y, x, at, (r * 1.15, r * 1.15), soft=0.5) * 0.7
        )
        picture = tint(picture, colour, ellipse(y, x, at, (r, r * 0.9), soft=0.4) * 0.85)
    picture = _glare(rng, picture, y, x, int(rng.integers(3, 9)))
    return finish(rng, picture * _window(rng, y, x)[..., None], height, width)


def airway_endoscopy(rng: Rng) -> Image.Image:
    """Pale pink wall with cartilage rings and two dark openings beside the carina."""
    height, width = size(rng, 170, 310, rng.uniform(0.95, 1.2))
    h, w = height // 2, width // 2
    y, x = grid(h, w)
    turn = rng.uniform(0, np.pi)
    along = y * np.cos(turn) + x * np.sin(turn)
    rings = np.sin((np.sqrt(y**2 + x**2) + 0.07 * cloud(rng, h, w, 4)) * rng.uniform(11, 16))
    light = 0.66 + 0.08 * rings + 0.12 * texture(rng, h, w) + 0.15 * along * rng.uniform(-1, 1)
    picture = paint(np.clip(light, 0, 1), (110, 40, 40), (215, 130, 120), (250, 215, 200))
    gap = rng.uniform(0.3, 0.42)
    for side in (-1, 1):
        at = (side * gap * np.cos(turn) + rng.uniform(-0.06, 0.06), side * gap * np.sin(turn))
        radii = (rng.uniform(0.18, 0.3), rng.uniform(0.22, 0.34))
        picture = tint(picture, (25, 5, 8), ellipse(y, x, at, radii, turn, soft=0.6))
    if rng.random() < 0.4:  # a tumour or a foreign body
        at = (rng.uniform(-0.4, 0.4), rng.uniform(-0.4, 0.4))
        colour = (180, 40, 50) if rng.random() < 0.6 else (235, 235, 210)
        picture = tint(picture, colour, ellipse(y, x, at, (0.2, 0.16), turn, soft=0.4) * 0.9)
    picture = _glare(rng, picture, y, x, int(rng.integers(2, 6)))
    return finish(rng, picture * _window(rng, y, x)[..., None], height, width)
