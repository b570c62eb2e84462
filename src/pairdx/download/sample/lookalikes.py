"""Pictures that could be of two classes: one generator a pair, whichever label is the true one."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from pairdx.download.sample.canvas import (
    Rng,
    cloud,
    ellipse,
    finish,
    grid,
    mix,
    paint,
    polyline,
    size,
    texture,
    tint,
    write,
)
from pairdx.download.sample.motifs import Pair
from pairdx.download.sample.traces import heartbeats


def plain_trace(rng: Rng) -> Image.Image:
    """Chart or electrography: one or two dense traces over a plain grid with bare axes."""
    height, width = size(rng, 190, 330, rng.uniform(1.1, 1.6))
    image = Image.new("RGB", (width, height), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    step = int(rng.integers(22, 40))
    for column in range(int(rng.integers(step)), width, step):
        draw.line([(column, 0), (column, height)], fill=(205, 205, 205))
    for line in range(int(rng.integers(step)), height, step):
        draw.line([(0, line), (width, line)], fill=(205, 205, 205))
    left, bottom = int(width * rng.uniform(0.03, 0.12)), int(height * rng.uniform(0.86, 0.96))
    draw.line([(left, 0), (left, bottom), (width, bottom)], fill=(30, 30, 30), width=2)
    n = width - left
    traces = int(rng.integers(1, 3))
    for row in range(traces):
        x = np.arange(n, dtype=np.float64)
        slow = np.interp(x, np.linspace(0, n, 9), rng.normal(0, 1, 9))
        fast = np.interp(x, np.arange(0, n + 9, 9), rng.normal(0, 1, len(np.arange(0, n + 9, 9))))
        wave = rng.uniform(0.4, 0.8) * slow + rng.uniform(0.3, 0.7) * fast
        pitch = bottom / traces
        y = pitch * (row + 0.5) - pitch * 0.2 * wave
        ink = ((200, 30, 40), (25, 60, 160), (30, 30, 30))[int(rng.integers(3))]
        polyline(draw, left + x, np.clip(y, 2, bottom - 2), ink, 2)
    return image


def field_map(rng: Rng) -> Image.Image:
    """Chart or ophthalmic imaging: a round map of grey patches and numbers on cross hairs."""
    height, width = size(rng, 190, 320, 1.1)
    image = Image.new("RGB", (width, height), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    cells = int(rng.integers(9, 15))
    step = min(height, width) / (cells + 1.5)
    tones = cloud(rng, cells, cells, 5) + 0.6 * rng.normal(size=(cells, cells))
    numbers = rng.random() < 0.5
    for row in range(cells):
        for column in range(cells):
            dy, dx = row - (cells - 1) / 2, column - (cells - 1) / 2
            if dy * dy + dx * dx > (cells / 2) ** 2:
                continue
            x, y = int(width / 2 + dx * step), int(height / 2 + dy * step)
            tone = int(np.clip(150 - 75 * tones[row, column], 10, 250))
            half = int(step / 2)
            draw.rectangle([x - half, y - half, x + half, y + half], fill=(tone, tone, tone))
            if numbers and (row + column) % 3 == 0:
                ink = 0 if tone > 128 else (255, 255, 255)
                write(draw, (x - half + 1, y - half), str(tone // 8), ink, 8)
    draw.line([(0, height // 2), (width, height // 2)], fill=(20, 20, 20))
    draw.line([(width // 2, 0), (width // 2, height)], fill=(20, 20, 20))
    return image


def monitor(rng: Rng) -> Image.Image:
    """Electrography or radiology: bright pulses on a dark screen, filled below at times."""
    height, width = size(rng, 190, 320, rng.uniform(1.2, 1.7))
    h, w = height // 2, width // 2
    ground = np.clip(0.09 + 0.03 * texture(rng, h, w), 0, 1)
    image = finish(rng, ground, height, width, 6)
    draw = ImageDraw.Draw(image)
    base = int(height * rng.uniform(0.6, 0.85))
    draw.line([(0, base), (width, base)], fill=(120, 120, 120))
    x = np.arange(width, dtype=np.float64)
    period = width / rng.uniform(2.5, 6.5)
    wave = heartbeats(rng, width, period)
    speckle = 0.06 * rng.normal(size=width)
    rise = np.clip(0.15 + 0.8 * np.abs(wave) + np.interp(x, np.linspace(0, width, 30),
                   rng.uniform(0, 0.3, 30)) + speckle, 0, 1.1)  # fmt: skip
    top = base - rise * base * 0.75
    for column in range(width):
        tone = int(rng.integers(60, 190))
        draw.line([(column, int(top[column])), (column, base)], fill=(tone, tone, tone))
    polyline(draw, x, top, (235, 235, 225), 1)
    for tick in range(int(rng.integers(8, 20)), height, int(rng.integers(18, 30))):
        draw.line([(width - 8, tick), (width - 2, tick)], fill=(180, 180, 180))
    return image


def moist_close_up(rng: Rng) -> Image.Image:
    """Endoscopy or medical photograph: a moist pink surface, fading to the corners."""
    height, width = size(rng, 180, 320, rng.uniform(0.95, 1.25))
    h, w = height // 2, width // 2
    y, x = grid(h, w)
    light = np.clip(0.55 + 0.17 * texture(rng, h, w) - 0.12 * (y**2 + x**2), 0, 1)
    picture = paint(light, (130, 45, 50), (215, 125, 120), (245, 195, 180))
    for _ in range(int(rng.integers(1, 4))):
        at = (rng.uniform(-0.5, 0.5), rng.uniform(-0.5, 0.5))
        radii = (rng.uniform(0.12, 0.35), rng.uniform(0.12, 0.35))
        colour = ((165, 40, 50), (240, 225, 205), (110, 45, 60))[int(rng.integers(3))]
        picture = tint(picture, colour, ellipse(y, x, at, radii, rng.uniform(0, 3), 0.6) * 0.75)
    for _ in range(3):
        at = (rng.uniform(-0.6, 0.6), rng.uniform(-0.6, 0.6))
        spot = ellipse(y, x, at, (0.03, rng.uniform(0.03, 0.09)), rng.uniform(0, 3), soft=0.8)
        picture = tint(picture, (255, 250, 248), spot)
    vignette = ellipse(y, x, (0, 0), (1.05, 1.05 * w / h), soft=0.5)
    return finish(rng, picture * (0.35 + 0.65 * vignette[..., None]), height, width)


def orange_disc(rng: Rng) -> Image.Image:
    """Endoscopy or ophthalmic imaging: an orange-red disc, faint lines, an off-centre glow."""
    height, width = size(rng, 180, 320, 1.1)
    h, w = height // 2, width // 2
    y, x = grid(h, w)
    lines = np.abs(np.sin(2.5 * cloud(rng, h, w, 4) + 1.2 * cloud(rng, h, w, 8)))
    glow = (rng.uniform(-0.5, 0.5), rng.uniform(-0.5, 0.5))
    light = 0.4 + 0.14 * texture(rng, h, w) + 0.13 * lines
    light = light + 0.35 * ellipse(y, x, glow, (0.32, 0.32), soft=1.4)
    picture = paint(np.clip(light, 0, 1), (70, 10, 5), (205, 85, 45), (255, 205, 140))
    for _ in range(int(rng.integers(0, 5))):
        at = (rng.uniform(-0.6, 0.6), rng.uniform(-0.6, 0.6))
        spot = ellipse(y, x, at, (rng.uniform(0.05, 0.14), rng.uniform(0.05, 0.14)), soft=0.8)
        picture = tint(picture, (120, 20, 15), spot * 0.8)
    disc = ellipse(y, x, (0, 0), (rng.uniform(0.9, 0.99),) * 2, soft=0.05)
    return finish(rng, picture * disc[..., None], height, width)


def grey_limb(rng: Rng) -> Image.Image:
    """Medical photograph or radiology: a limb in greys, brighter along its axis."""
    height, width = size(rng, 180, 330, rng.uniform(0.7, 1.3))
    h, w = height // 2, width // 2
    y0, x0 = grid(h, w)
    turn = rng.uniform(-1.2, 1.2)
    y = y0 * np.cos(turn) + x0 * np.sin(turn)
    x = x0 * np.cos(turn) - y0 * np.sin(turn) - rng.uniform(-0.2, 0.2) * y**2
    wide = rng.uniform(0.35, 0.62) * (1 + rng.uniform(-0.25, 0.25) * y)
    inside = np.clip((1 - np.abs(x) / wide) / 0.15 + 0.5, 0, 1)
    core = np.clip(1 - np.abs(x - 0.05) / (wide * 0.75), 0, 1)
    tone = rng.uniform(0.12, 0.3) + 0.03 * texture(rng, h, w)
    tone = mix(tone, 0.5 + 0.24 * core + 0.09 * texture(rng, h, w), inside)
    for _ in range(int(rng.integers(1, 5))):
        at = (rng.uniform(-0.6, 0.6), rng.uniform(-0.3, 0.3))
        radii = (rng.uniform(0.07, 0.25), rng.uniform(0.07, 0.2))
        shade = rng.uniform(0.2, 0.35) if rng.random() < 0.5 else rng.uniform(0.8, 0.95)
        tone = mix(tone, shade, ellipse(y, x, at, radii, 0.5, 0.5) * inside * 0.8)
    return finish(rng, tone, height, width, 7)


def grey_layers(rng: Rng) -> Image.Image:
    """Ophthalmic imaging or radiology: wavy grey layers over the whole frame."""
    height, width = size(rng, 180, 330, rng.uniform(1.1, 1.7))
    h, w = height // 2, width // 2
    y, x = grid(h, w)
    depth = y + rng.uniform(-0.2, 0.2) * x + rng.uniform(-0.2, 0.2) * x**2
    depth = depth + 0.08 * cloud(rng, h, w, 3)
    stops = np.linspace(-1.4, 1.4, int(rng.integers(9, 15)))
    tone = np.interp(depth, stops, rng.uniform(0.15, 0.75, len(stops)))
    tone = tone * (1 + 0.22 * texture(rng, h, w))
    for _ in range(int(rng.integers(0, 4))):
        at = (rng.uniform(-0.5, 0.5), rng.uniform(-0.7, 0.7))
        radii = (rng.uniform(0.07, 0.2), rng.uniform(0.1, 0.3))
        tone = mix(tone, 0.07, ellipse(y, x, at, radii, soft=0.4))
    tone = tone * (0.7 + 0.6 * rng.random((h, w)))
    return finish(rng, tone, height, width)


LOOKALIKES: dict[Pair, Callable[[Rng], Image.Image]] = {
    ("chart", "electrography"): plain_trace,
    ("chart", "ophthalmic_imaging"): field_map,
    ("electrography", "radiology"): monitor,
    ("endoscopy", "medical_photograph"): moist_close_up,
    ("endoscopy", "ophthalmic_imaging"): orange_disc,
    ("medical_photograph", "radiology"): grey_limb,
    ("ophthalmic_imaging", "radiology"): grey_layers,
}
