"""Clinical photographs: skin, mouth, limbs on cloth, surgical fields."""

import numpy as np
from PIL import Image, ImageDraw

from pairdx.download.sample.canvas import (
    Array,
    Colour,
    Rng,
    cloud,
    ellipse,
    finish,
    grid,
    paint,
    pick_colour,
    polyline,
    size,
    texture,
    tint,
    write,
)

_SKIN: tuple[Colour, ...] = (
    (242, 210, 188),
    (228, 184, 152),
    (204, 154, 116),
    (166, 116, 82),
    (120, 78, 52),
    (84, 54, 38),
)
_CLOTH: tuple[Colour, ...] = (
    (40, 90, 150),
    (40, 125, 105),
    (225, 228, 232),
    (105, 150, 190),
    (150, 165, 150),
)


def _shade(colour: Colour, factor: float) -> Colour:
    red, green, blue = (int(min(255, c * factor)) for c in colour)
    return red, green, blue


def _flesh(rng: Rng, h: int, w: int) -> tuple[Array, Colour]:
    """A field of skin in a tone between pale and dark, unevenly lit."""
    y, x = grid(h, w)
    tone = pick_colour(rng, *_SKIN, spread=5)
    slope = rng.uniform(-0.15, 0.15) * y + rng.uniform(-0.15, 0.15) * x
    light = np.clip(0.5 + slope + 0.11 * texture(rng, h, w), 0, 1)
    return paint(light, _shade(tone, 0.6), tone, _shade(tone, 1.25)), tone


def _ruler(rng: Rng, image: Image.Image) -> None:
    """A paper ruler along one edge."""
    draw = ImageDraw.Draw(image)
    high = max(12, image.height // 12)
    top = image.height - high - int(rng.integers(2, 10))
    draw.rectangle([0, top, image.width, top + high], fill=(246, 246, 240))
    step = int(rng.integers(5, 9))
    for i, x in enumerate(range(3, image.width, step)):
        draw.line(
            [(x, top), (x, top + (high // 2 if i % 5 == 0 else high // 4))], fill=(20, 20, 20)
        )
    write(draw, (image.width // 3, top + high // 2 - 2), "cm", (20, 20, 20), 9)


def skin(rng: Rng) -> Image.Image:
    """Skin close up with red or brown lesions, hairs and at times a ruler."""
    height, width = size(rng, 180, 340, rng.uniform(0.8, 1.35))
    h, w = height // 2, width // 2
    y, x = grid(h, w)
    picture, tone = _flesh(rng, h, w)
    colour = pick_colour(rng, (175, 45, 45), (120, 60, 40), (70, 40, 35), (200, 90, 90))
    ragged = 0.25 * cloud(rng, h, w, 7)
    several = int(rng.choice([1, 1, 2, 7, 16]))
    for _ in range(several):
        r = rng.uniform(0.25, 0.5) if several < 3 else rng.uniform(0.06, 0.16)
        at = (rng.uniform(-0.7, 0.7), rng.uniform(-0.8, 0.8)) if several > 1 else (0.0, 0.0)
        at = (at[0] + rng.uniform(-0.2, 0.2), at[1] + rng.uniform(-0.2, 0.2))
        spot = ellipse(y, x, at, (r, r * rng.uniform(0.6, 1)), rng.uniform(0, 3), soft=0.4)
        picture = tint(picture, colour, np.clip(spot * (1 + ragged), 0, 1) * 0.8)
    image = finish(rng, picture, height, width)
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(0, 25))):
        start = np.array([rng.uniform(0, width), rng.uniform(0, height)])
        step = rng.normal(0, 9, (4, 2)).cumsum(axis=0) + start
        polyline(draw, step[:, 0], step[:, 1], _shade(tone, 0.4))
    if rng.random() < 0.3:
        _ruler(rng, image)
    return image


def oral(rng: Rng) -> Image.Image:
    """Lips around a row of teeth, gums and tongue."""
    height, width = size(rng, 170, 320, 1.35)
    h, w = height // 2, width // 2
    y, x = grid(h, w)
    picture, _ = _flesh(rng, h, w)
    mid = rng.uniform(-0.15, 0.15)
    picture = tint(picture, (190, 85, 90), ellipse(y, x, (mid, 0), (0.86, 1.15), soft=0.1))
    mouth = ellipse(y, x, (mid, 0), (rng.uniform(0.62, 0.76), 0.98), soft=0.06)
    picture = tint(picture, (95, 20, 25), mouth)
    if rng.random() < 0.7:
        tongue = ellipse(y, x, (mid + 0.45, 0), (0.5, 0.62), soft=0.2)
        picture = tint(picture, (205, 105, 105), tongue * mouth)
    offset, pitch = rng.uniform(0, 3), rng.uniform(8, 13)
    for side in (-1, 1) if rng.random() < 0.6 else (-1,):
        arc = mid + side * (rng.uniform(0.28, 0.42) - 0.22 * x**2)
        gum = np.clip(1 - np.abs(y - arc - side * 0.14) / 0.16, 0, 1)
        picture = tint(picture, (215, 115, 115), np.clip(gum * 2, 0, 1) * mouth)
        teeth = np.clip((0.14 - np.abs(y - arc)) / 0.04, 0, 1)
        gaps = np.clip(np.abs(np.sin(x * pitch + offset)) * 4, 0, 1)
        picture = tint(picture, (242, 236, 214), teeth * gaps * mouth)
    if rng.random() < 0.7:
        at = (mid + rng.uniform(-0.3, 0.5), rng.uniform(-0.6, 0.6))
        colour = (245, 240, 235) if rng.random() < 0.5 else (150, 20, 40)
        picture = tint(picture, colour, ellipse(y, x, at, (0.16, 0.2), 1.0, 0.5) * mouth * 0.9)
    picture = picture * (1 + 0.09 * texture(rng, h, w))[..., None]
    return finish(rng, picture, height, width)


def _cloth(rng: Rng, h: int, w: int) -> Array:
    cloth = pick_colour(rng, *_CLOTH)
    light = np.clip(0.5 + 0.13 * texture(rng, h, w), 0, 1)
    return paint(light, _shade(cloth, 0.6), cloth, _shade(cloth, 1.2))


def limb(rng: Rng) -> Image.Image:
    """A hand or a forearm on cloth, with a wound or a swelling."""
    height, width = size(rng, 180, 330, rng.uniform(0.75, 1.35))
    background = finish(rng, _cloth(rng, height // 2, width // 2), height, width)
    flesh, _ = _flesh(rng, height // 2, width // 2)
    mask = Image.new("L", (width, height))
    draw = ImageDraw.Draw(mask)
    short = min(height, width)
    heading = rng.uniform(0, 2 * np.pi)
    palm = np.array([width, height]) * rng.uniform(0.42, 0.58, 2)
    arm = palm - short * 1.2 * np.array([np.cos(heading), np.sin(heading)])
    thick = int(short * rng.uniform(0.22, 0.34))
    polyline(draw, np.array([palm[0], arm[0]]), np.array([palm[1], arm[1]]), 255, thick)
    r = int(thick * rng.uniform(0.6, 0.75))
    draw.ellipse([palm[0] - r, palm[1] - r, palm[0] + r, palm[1] + r], fill=255)
    for finger in np.linspace(-0.75, 0.75, int(rng.integers(3, 6))):
        along = heading + finger + rng.uniform(-0.05, 0.05)
        tip = palm + short * rng.uniform(0.36, 0.46) * np.array([np.cos(along), np.sin(along)])
        ends = np.stack([palm, tip])
        polyline(draw, ends[:, 0], ends[:, 1], 255, thick // 4)
        f = thick // 8
        draw.ellipse([tip[0] - f, tip[1] - f, tip[0] + f, tip[1] + f], fill=255)
    y, x = grid(height // 2, width // 2)
    at = (rng.uniform(-0.25, 0.25), rng.uniform(-0.25, 0.25))
    wound = ellipse(y, x, at, (rng.uniform(0.06, 0.2), rng.uniform(0.06, 0.2)), 0.5, 0.5)
    flesh = tint(flesh, (165, 35, 40), wound * 0.85)
    image = Image.composite(finish(rng, flesh, height, width), background, mask)
    if rng.random() < 0.25:
        _ruler(rng, image)
    return image


def surgical_field(rng: Rng) -> Image.Image:
    """Red tissue in an opening of the drapes, or a specimen on cloth with a ruler."""
    height, width = size(rng, 180, 330, rng.uniform(0.9, 1.4))
    h, w = height // 2, width // 2
    y, x = grid(h, w)
    picture = _cloth(rng, h, w)
    at = (rng.uniform(-0.12, 0.12), rng.uniform(-0.12, 0.12))
    radii = (rng.uniform(0.4, 0.7), rng.uniform(0.55, 0.9))
    turn = rng.uniform(-0.6, 0.6)
    ragged = 1 + 0.3 * cloud(rng, h, w, 6)
    tissue = np.clip(ellipse(y, x, at, radii, turn, soft=0.15) * ragged, 0, 1)
    light = np.clip(0.5 + 0.22 * texture(rng, h, w), 0, 1)
    colours = ((80, 5, 10), (170, 35, 40), (235, 150, 120))
    if rng.random() < 0.3:
        colours = ((120, 70, 30), (215, 165, 90), (245, 220, 170))
    picture = picture + (paint(light, *colours) - picture) * tissue[..., None]
    image = finish(rng, picture, height, width)
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(0, 4))):  # instruments
        ends = np.array([rng.uniform(-0.1, 1.1, 2), rng.uniform(0.3, 0.7, 2)])
        ends[0, int(rng.integers(2))] = float(rng.integers(2))
        polyline(draw, ends[:, 0] * width, ends[:, 1] * height, (200, 205, 212), 5)
        polyline(draw, ends[:, 0] * width, ends[:, 1] * height + 2, (110, 115, 120), 2)
    if rng.random() < 0.35:
        _ruler(rng, image)
    return image
