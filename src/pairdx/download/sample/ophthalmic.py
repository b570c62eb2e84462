"""Fundus photographs and optical coherence tomography."""

import numpy as np
from PIL import Image, ImageDraw
from scipy.interpolate import PchipInterpolator

from pairdx.download.sample.canvas import (
    Colour,
    Rng,
    ellipse,
    finish,
    grid,
    mix,
    paint,
    polyline,
    size,
    texture,
    tint,
)


def _vessel(
    rng: Rng,
    draw: ImageDraw.ImageDraw,
    start: tuple[float, float],
    heading: float,
    length: float,
    colour: Colour,
    width: int,
) -> None:
    """One vessel as a wandering line that forks until it is thin."""
    steps = 14
    turns = heading + np.cumsum(rng.normal(0, 0.13, steps))
    x = start[0] + np.cumsum(np.cos(turns)) * length / steps
    y = start[1] + np.cumsum(np.sin(turns)) * length / steps
    polyline(draw, x, y, colour, width)
    if width > 1:
        for _ in range(2):
            at = int(rng.integers(5, steps))
            fork = float(turns[at]) + float(rng.choice([-1, 1]) * rng.uniform(0.4, 0.9))
            point = (float(x[at]), float(y[at]))
            _vessel(rng, draw, point, fork, length * 0.6, colour, width - 1)


def fundus(rng: Rng) -> Image.Image:
    """An orange disc on black: optic disc, macula, branching vessels, lesions."""
    height, width = size(rng, 190, 340, 1.1)
    h, w = height // 2, width // 2
    y, x = grid(h, w)
    centre = (rng.uniform(-0.03, 0.03), rng.uniform(-0.03, 0.03))
    retina = ellipse(y, x, centre, (rng.uniform(0.9, 1.0),) * 2, soft=0.03)
    light = 0.62 - 0.3 * (y**2 + x**2) + 0.12 * texture(rng, h, w)
    dark, bright = (
        ((70, 15, 5), (235, 120, 50)) if rng.random() < 0.6 else ((80, 30, 5), (220, 150, 70))
    )
    picture = paint(np.clip(light, 0, 1), dark, (190, 75, 25), bright)
    side = float(rng.choice([-1, 1]))
    disc = (rng.uniform(-0.12, 0.12), side * rng.uniform(0.35, 0.55))
    macula = (rng.uniform(-0.08, 0.12), -side * rng.uniform(0.05, 0.2))
    picture = tint(picture, (90, 25, 10), ellipse(y, x, macula, (0.2, 0.2), soft=1.2) * 0.7)
    r = rng.uniform(0.13, 0.18)
    for _ in range(int(rng.integers(0, 14))):  # haemorrhages and exudates
        at = (rng.uniform(-0.7, 0.7), rng.uniform(-0.7, 0.7))
        colour = (90, 10, 10) if rng.random() < 0.5 else (250, 230, 140)
        spot = ellipse(y, x, at, (rng.uniform(0.03, 0.09), rng.uniform(0.03, 0.09)), soft=0.5)
        picture = tint(picture, colour, spot * 0.8)
    picture = tint(picture, (255, 225, 150), ellipse(y, x, disc, (r, r * 0.9), soft=0.2))
    picture = tint(picture, (255, 250, 220), ellipse(y, x, disc, (r * 0.5, r * 0.4), soft=0.5))
    image = finish(rng, picture * retina[..., None], height, width, 4)
    draw = ImageDraw.Draw(image)
    scale = min(height, width) / 2
    origin = (width / 2 + disc[1] * scale, height / 2 + disc[0] * scale)
    for up in (-1, 1):
        for spread in (rng.uniform(-0.4, 0.1), rng.uniform(0.5, 1.0)):
            heading = float(up * (np.pi / 2 + side * spread))
            _vessel(rng, draw, origin, heading, scale * rng.uniform(0.7, 0.95), (115, 22, 14), 3)
    edge = finish(rng, retina, height, width, 0).convert("L")
    return Image.composite(image, Image.new("RGB", image.size), edge)


def oct_scan(rng: Rng) -> Image.Image:
    """Bright retinal layers with a foveal pit across a dark, speckled field."""
    height, width = size(rng, 180, 330, rng.uniform(1.4, 2.1))
    h, w = height // 2, width // 2
    y, x = grid(h, w)
    pit = rng.uniform(-0.5, 0.5)
    surface = rng.uniform(-0.35, 0.05) + rng.uniform(-0.08, 0.18) * x + rng.uniform(0, 0.08) * x**2
    dip = rng.uniform(0.12, 0.3) * np.clip(1 - ((x - pit) / rng.uniform(0.25, 0.5)) ** 2, 0, 1) ** 2
    knots = np.linspace(x[0, 0], x[0, -1], 8)
    wave = PchipInterpolator(knots, rng.normal(0, 0.05, 8))(x)
    top = surface + dip + wave
    bottom = surface + wave + rng.uniform(0.5, 0.7)
    if rng.random() < 0.5:  # fluid lifts the retina
        bottom = bottom - 0.2 * np.clip(1 - ((x - pit) / 0.5) ** 2, 0, 1)
    depth = (y - top) / (bottom - top)
    bands = np.interp(
        depth,
        [-0.08, 0, 0.06, 0.2, 0.26, 0.4, 0.46, 0.62, 0.68, 0.84, 0.9, 0.96, 1.0, 1.06, 1.5],
        [0.05, 0.8, 0.75, 0.7, 0.4, 0.45, 0.55, 0.25, 0.5, 0.3, 0.95, 0.5, 1.0, 0.5, 0.08],
    )
    tone = bands * (0.75 + 0.22 * texture(rng, h, w))
    for _ in range(int(rng.integers(0, 5))):  # cysts
        at = (float(np.mean(top)) + rng.uniform(0.1, 0.5), pit + rng.uniform(-0.6, 0.6))
        radii = (rng.uniform(0.05, 0.11), rng.uniform(0.07, 0.16))
        tone = mix(tone, 0.06, ellipse(y, x, at, radii, soft=0.3))
    tone = tone * (0.7 + 0.6 * rng.random((h, w)))
    if rng.random() < 0.25:
        colours = ((0, 0, 30), (20, 120, 60), (230, 220, 40), (240, 60, 20), (255, 255, 255))
        return finish(rng, paint(np.clip(tone, 0, 1), *colours), height, width)
    return finish(rng, tone, height, width)
