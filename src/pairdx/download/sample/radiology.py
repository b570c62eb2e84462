"""Grey pictures: chest and limb X-ray, CT and MR-like slices, ultrasound fans."""

import numpy as np
from PIL import Image, ImageDraw

from pairdx.download.sample.canvas import (
    Array,
    Rng,
    cloud,
    ellipse,
    finish,
    grid,
    mix,
    size,
    texture,
    write,
)


def _mark(rng: Rng, image: Image.Image) -> Image.Image:
    """A side marker, as on most films."""
    if rng.random() < 0.6:
        draw = ImageDraw.Draw(image)
        x = int(image.width * (0.05 if rng.random() < 0.5 else 0.88))
        y = int(image.height * rng.uniform(0.03, 0.85))
        write(draw, (x, y), "RL"[int(rng.integers(2))], (235, 235, 235), int(rng.integers(12, 22)))
    return image


def chest_x_ray(rng: Rng) -> Image.Image:
    """Bright body, two dark lungs crossed by ribs, spine and heart."""
    height, width = size(rng, 200, 360, rng.uniform(0.85, 1.2))
    h, w = height // 2, width // 2
    y, x = grid(h, w)
    lean = rng.uniform(-0.08, 0.08)
    tone = 0.06 + 0.55 * ellipse(y, x, (0.35, lean), (1.35, 0.98), soft=0.25)
    for side in (-1, 1):
        centre = (rng.uniform(-0.12, 0.08), lean + side * rng.uniform(0.38, 0.47))
        radii = (rng.uniform(0.58, 0.74), rng.uniform(0.27, 0.36))
        lung = ellipse(y, x, centre, radii, side * rng.uniform(-0.05, 0.2), soft=0.3)
        tone = mix(tone, 0.16, lung * 0.9)
    ribs = 0.5 + 0.5 * np.sin((y + 0.45 * (np.abs(x - lean) - 0.4) ** 2) * rng.uniform(17, 26))
    tone = tone + 0.13 * ribs**3 * ellipse(y, x, (-0.05, lean), (0.9, 0.85), soft=0.3)
    tone = mix(tone, 0.78, ellipse(y, x, (0, lean), (3.0, 0.11), soft=0.7) * 0.7)
    heart = (rng.uniform(0.2, 0.34), lean + rng.uniform(0.08, 0.2))
    radii = (rng.uniform(0.28, 0.38), rng.uniform(0.2, 0.36))
    tone = mix(tone, 0.75, ellipse(y, x, heart, radii, 0.5, soft=0.3) * 0.85)
    if rng.random() < 0.5:  # an opacity
        spot = (rng.uniform(-0.4, 0.4), lean + rng.choice([-1, 1]) * rng.uniform(0.3, 0.5))
        tone = mix(tone, 0.72, ellipse(y, x, spot, (0.2, 0.18), soft=0.9) * 0.8)
    tone = tone * (1 + 0.13 * texture(rng, h, w)) + 0.02 * cloud(rng, h, w, 16)
    return _mark(rng, finish(rng, tone, height, width))


def _bone(y: Array, x: Array, at: float, half: float, bend: float) -> Array:
    """A shaft along y, at x = ``at``, with bright cortex and flared ends."""
    middle = at + bend * y**2
    width = half * (1 + 0.55 * np.clip(np.abs(y) - 0.35, 0, 1) * 2)
    distance = np.abs(x - middle) / width
    inside = np.clip((1 - distance) / 0.2 + 0.5, 0, 1)
    cortex = np.clip(1 - np.abs(distance - 0.85) / 0.2, 0, 1)
    return inside * 0.42 + cortex * 0.4


def limb_x_ray(rng: Rng) -> Image.Image:
    """One or two long bones in a soft-tissue halo, cut by a joint or a fracture."""
    height, width = size(rng, 180, 360, rng.uniform(0.5, 0.95))
    h, w = height // 2, width // 2
    y0, x0 = grid(h, w)
    turn = rng.uniform(-0.45, 0.45)
    y = y0 * np.cos(turn) + x0 * np.sin(turn) + rng.uniform(-0.25, 0.25)
    x = x0 * np.cos(turn) - y0 * np.sin(turn)
    bend = rng.uniform(-0.12, 0.12)
    wide = rng.uniform(0.45, 0.7)
    tissue = np.clip((1 - np.abs(x - bend * y**2) / wide) / 0.25, 0, 1)
    tone = 0.04 + 0.22 * tissue
    if rng.random() < 0.55:
        bones = [(-rng.uniform(0.17, 0.24), 0.13), (rng.uniform(0.17, 0.27), 0.09)]
    else:
        bones = [(rng.uniform(-0.1, 0.1), rng.uniform(0.17, 0.24))]
    for at, half in bones:
        tone = tone + _bone(y, x, at, half, bend)
    gap = rng.uniform(-0.4, 0.4)
    slope = rng.uniform(-0.8, 0.8)
    cut = np.clip(1 - np.abs(y - gap - slope * x) / 0.04, 0, 1)
    tone = mix(tone, 0.2, cut * tissue)
    if rng.random() < 0.3:  # a plate
        tone = mix(tone, 0.97, ellipse(y, x, (gap, bones[0][0] + 0.12), (0.5, 0.045), soft=0.4))
    tone = tone * (1 + 0.16 * texture(rng, h, w))
    return _mark(rng, finish(rng, tone, height, width))


def ct_head(rng: Rng) -> Image.Image:
    """A bright skull ring around brain with dark ventricles."""
    height, width = size(rng, 170, 340, 0.9)
    h, w = height // 2, width // 2
    y, x = grid(h, w)
    turn, centre = rng.uniform(-0.35, 0.35), (rng.uniform(-0.1, 0.1), rng.uniform(-0.12, 0.12))
    long, short = rng.uniform(0.76, 0.96), rng.uniform(0.6, 0.8)
    skull = ellipse(y, x, centre, (long, short), turn, soft=0.03)
    thick = rng.uniform(0.06, 0.11)
    brain = ellipse(y, x, centre, (long - thick, short - thick), turn, soft=0.04)
    tone = skull * 0.97
    tone = mix(tone, 0.42 + 0.13 * texture(rng, h, w), brain)
    if rng.random() < 0.7:  # the head rest
        rest = np.abs(np.sqrt((y + 0.3) ** 2 + x**2) - rng.uniform(1.22, 1.35))
        tone = tone + 0.5 * np.clip(1 - rest / 0.04, 0, 1) * (y > 0.45)
    for side in (-1, 1):
        at = (centre[0] + rng.uniform(-0.15, 0.05), centre[1] + side * rng.uniform(0.08, 0.15))
        radii = (rng.uniform(0.18, 0.3), rng.uniform(0.05, 0.1))
        tone = mix(tone, 0.12, ellipse(y, x, at, radii, side * 0.35 + turn, soft=0.3))
    for _ in range(int(rng.integers(0, 4))):  # bleeding or infarction
        at = (rng.uniform(-0.5, 0.5), rng.choice([-1, 1]) * rng.uniform(0.15, 0.45))
        radii = (rng.uniform(0.08, 0.25), rng.uniform(0.08, 0.25))
        shade = 0.75 if rng.random() < 0.5 else 0.2
        tone = mix(tone, shade, ellipse(y, x, at, radii, turn, soft=0.3) * brain)
    return _mark(rng, finish(rng, tone, height, width, 7))


def ct_body(rng: Rng) -> Image.Image:
    """An axial slice: fat, organs, gas, vertebra, ribs."""
    height, width = size(rng, 170, 340, 1.3)
    h, w = height // 2, width // 2
    y, x = grid(h, w)
    wide, tall = rng.uniform(1.05, 1.22), rng.uniform(0.76, 0.92)
    tone = 0.25 * ellipse(y, x, (0, 0), (tall, wide), soft=0.03)
    inner = ellipse(y, x, (0.0, 0), (tall - 0.12, wide - 0.15), soft=0.05)
    tone = mix(tone, 0.36 + 0.03 * texture(rng, h, w), inner)
    side = float(rng.choice([-1, 1]))
    liver = (rng.uniform(-0.25, 0), side * rng.uniform(0.4, 0.55))
    radii = (rng.uniform(0.36, 0.5), rng.uniform(0.32, 0.5))
    tone = mix(tone, 0.58, ellipse(y, x, liver, radii, rng.uniform(-0.5, 0.5), 0.1) * inner)
    for _ in range(int(rng.integers(5, 10))):  # bowel, vessels, kidneys
        at = (rng.uniform(-0.55, 0.4), rng.uniform(-0.85, 0.85))
        radii = (rng.uniform(0.07, 0.2), rng.uniform(0.07, 0.2))
        shade = float(rng.choice([0.03, 0.5, 0.65, 0.8, 0.22]))
        spot = ellipse(y, x, at, radii, rng.uniform(0, 3), soft=0.2)
        tone = mix(tone, shade, spot * inner)
    spine = (rng.uniform(0.4, 0.52), rng.uniform(-0.06, 0.06))
    tone = mix(tone, 0.95, ellipse(y, x, spine, (0.15, 0.18), soft=0.15))
    tone = mix(tone, 0.4, ellipse(y, x, (spine[0] + 0.17, spine[1]), (0.06, 0.07), soft=0.2))
    ring = np.clip(1 - np.abs(inner - 0.5) * 2.2, 0, 1)
    dashes = np.clip(np.sin(np.arctan2(y, x) * rng.integers(9, 15) + rng.uniform(0, 6)) * 3, 0, 1)
    tone = mix(tone, 0.92, ring * dashes)
    tone = tone * (1 + 0.08 * texture(rng, h, w))
    return _mark(rng, finish(rng, tone, height, width, 8))


def mri_head(rng: Rng) -> Image.Image:
    """Folded cortex without a bright skull, with a lesion at times."""
    height, width = size(rng, 170, 340, rng.uniform(0.8, 1.1))
    h, w = height // 2, width // 2
    y, x = grid(h, w)
    turn, centre = rng.uniform(-0.3, 0.3), (rng.uniform(-0.06, 0.06), rng.uniform(-0.06, 0.06))
    radii = (rng.uniform(0.72, 0.86), rng.uniform(0.58, 0.74))
    scalp = ellipse(y, x, centre, (radii[0] + 0.1, radii[1] + 0.1), turn, soft=0.05)
    brain = ellipse(y, x, centre, radii, turn, soft=0.05)
    folds = np.sin(4.2 * cloud(rng, h, w, 9) + 2 * cloud(rng, h, w, 5))
    rim = np.clip(1.1 - ellipse(y, x, centre, (0.62, 0.5), turn, soft=0.5), 0, 1)
    tone = mix(0.5 * scalp, 0.05 * scalp, ellipse(y, x, centre, (0.92, 0.8), turn, soft=0.06))
    tone = mix(tone, 0.5 + 0.28 * folds * rim + 0.07 * texture(rng, h, w), brain)
    for side in (-1, 1):
        at = (centre[0] + rng.uniform(-0.1, 0.1), centre[1] + side * 0.12)
        shade = float(rng.choice([0.06, 0.92]))
        tone = mix(tone, shade, ellipse(y, x, at, (0.25, 0.07), side * 0.4 + turn, soft=0.3))
    for _ in range(int(rng.integers(0, 4))):
        at = (rng.uniform(-0.45, 0.45), rng.uniform(-0.4, 0.4))
        spot = ellipse(y, x, at, (rng.uniform(0.06, 0.2), rng.uniform(0.06, 0.2)), 1.0, 0.4)
        tone = mix(tone, 0.95, spot)
    return _mark(rng, finish(rng, tone, height, width))


def ultrasound(rng: Rng) -> Image.Image:
    """A fan of speckle on black with cysts, shadows and a depth scale."""
    height, width = size(rng, 190, 340, 1.2)
    h, w = height // 2, width // 2
    y, x = grid(h, w)
    top = -rng.uniform(1.2, 1.5)
    radius = np.sqrt((y - top) ** 2 + x**2)
    angle = np.arctan2(x, y - top)
    opening = rng.uniform(0.5, 0.75)
    near, far = rng.uniform(0.3, 0.45), rng.uniform(2.05, 2.4)
    fan = (np.abs(angle) < opening) & (radius > near) & (radius < far)
    layers = np.sin(radius * rng.uniform(5, 10) + 1.3 * cloud(rng, h, w, 4) + rng.uniform(0, 6))
    tone = 0.4 + 0.1 * layers + 0.13 * texture(rng, h, w, 20)
    for _ in range(int(rng.integers(1, 4))):
        at = (rng.uniform(-0.5, 0.6), rng.uniform(-0.5, 0.5))
        radii = (rng.uniform(0.1, 0.34), rng.uniform(0.1, 0.3))
        tone = mix(tone, 0.05, ellipse(y, x, at, radii, rng.uniform(0, 3), soft=0.3))
    tone = tone * (0.65 + 0.7 * rng.random((h, w))) * (1.15 - 0.25 * radius) * fan
    image = finish(rng, tone, height, width, 3)
    draw = ImageDraw.Draw(image)
    for tick in range(10, height - 10, int(rng.integers(14, 26))):
        draw.line([(width - 9, tick), (width - 4, tick)], fill=(200, 200, 200))
    return _mark(rng, image)
