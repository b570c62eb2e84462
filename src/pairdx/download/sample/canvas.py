"""Brushes that every drawing shares: smooth noise, soft shapes, colour scales, text, grain.

Arrays are float64 in [0, 1], shape (height, width) or (height, width, 3), until `finish` makes
an image of them. Smooth subjects are drawn at half size and enlarged, which is four times
cheaper; every subject carries texture at 4 to 20 cells a side, where perceptual hashes look.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Array = NDArray[np.float64]
Colour = tuple[int, int, int]
Rng = np.random.Generator


def size(rng: Rng, low: int = 160, high: int = 360, aspect: float = 1.0) -> tuple[int, int]:
    """Height and width of a picture whose width is about ``aspect`` times its height."""
    side = float(rng.uniform(low, high))
    stretch = float(np.sqrt(aspect * rng.uniform(0.88, 1.14)))
    return int(side / stretch), int(side * stretch)


def grid(height: int, width: int) -> tuple[Array, Array]:
    """Coordinates y (height, 1) and x (1, width) with the shorter side from -1 to 1."""
    short = min(height, width)
    y = (np.arange(height) * 2.0 + 1 - height) / short
    x = (np.arange(width) * 2.0 + 1 - width) / short
    return y[:, None], x[None, :]


def cloud(rng: Rng, height: int, width: int, cells: int) -> Array:
    """Smooth noise around 0 (standard deviation about 1) with ``cells`` on the shorter side."""
    scale = cells / min(height, width)
    rows, columns = max(2, round(height * scale)), max(2, round(width * scale))
    coarse = Image.fromarray(rng.normal(size=(rows, columns)).astype(np.float32))
    return np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), dtype=np.float64)


def texture(rng: Rng, height: int, width: int, finest: int = 22) -> Array:
    """Noise at three scales, strongest in the middle one."""
    return (
        0.5 * cloud(rng, height, width, 5)
        + 0.6 * cloud(rng, height, width, 11)
        + 0.5 * cloud(rng, height, width, finest)
    )


def ellipse(
    y: Array,
    x: Array,
    centre: tuple[float, float],
    radii: tuple[float, float],
    turn: float = 0.0,
    soft: float = 0.15,
) -> Array:
    """1 inside an ellipse at ``centre`` (y, x), 0 outside, ``soft`` (share of radius) between."""
    dy, dx = y - centre[0], x - centre[1]
    cos, sin = float(np.cos(turn)), float(np.sin(turn))
    along, across = (dy * cos + dx * sin) / radii[0], (dx * cos - dy * sin) / radii[1]
    return np.clip((1 - np.sqrt(along**2 + across**2)) / soft + 0.5, 0, 1)


def mix(under: Array, over: Array | float, alpha: Array) -> Array:
    """Lay ``over`` on ``under`` with opacity ``alpha``."""
    return under + (over - under) * alpha


def paint(tone: Array, *colours: Colour) -> Array:
    """Map tones 0..1 to a colour scale: (height, width) to (height, width, 3)."""
    stops = np.linspace(0, 1, len(colours))
    return np.stack(
        [np.interp(tone, stops, [c[i] / 255 for c in colours]) for i in range(3)], axis=-1
    )


def tint(picture: Array, colour: Colour, alpha: Array) -> Array:
    """Lay one colour on a picture (height, width, 3) with opacity (height, width)."""
    return mix(picture, np.asarray(colour) / 255.0, alpha[..., None])


def finish(rng: Rng, picture: Array, height: int, width: int, grain: int = 5) -> Image.Image:
    """Enlarge to the final size and add grain of ``grain`` grey levels either way."""
    small = np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    image = Image.fromarray(small)
    if image.size != (width, height):
        image = image.resize((width, height), Image.Resampling.BICUBIC)
    if grain:
        noise = rng.integers(-grain, grain + 1, size=(height, width), dtype=np.int16)
        pixels = np.asarray(image, dtype=np.int16)
        noisy = pixels + (noise if pixels.ndim == 2 else noise[..., None])
        image = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    return image.convert("RGB")


@cache
def font(points: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font, so that no system font is needed."""
    return ImageFont.load_default(size=points)


def write(
    draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, fill: Colour | int, points: int = 11
) -> tuple[int, int, int, int]:
    """Write text with its upper left corner at (x, y); return its box."""
    draw.text(at, text, fill=fill, font=font(points))
    left, top, right, bottom = draw.textbbox(at, text, font=font(points))
    return int(left), int(top), int(np.ceil(right)), int(np.ceil(bottom))


def pick_colour(rng: Rng, *colours: Colour, spread: int = 10) -> Colour:
    """One of the colours, varied by up to ``spread`` levels."""
    base = np.asarray(colours[int(rng.integers(len(colours)))])
    red, green, blue = np.clip(base + rng.integers(-spread, spread + 1, 3), 0, 255)
    return int(red), int(green), int(blue)


def polyline(
    draw: ImageDraw.ImageDraw, x: Array, y: Array, fill: Colour | int, width: int = 1
) -> None:
    """Join points by straight lines."""
    points = np.rint(np.stack([x, y], axis=-1)).astype(int)
    draw.line([(int(a), int(b)) for a, b in points], fill=fill, width=width, joint="curve")
