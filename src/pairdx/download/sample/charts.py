"""Charts: lines, bars, scatter, survival curves, tables, flow charts."""

from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from pairdx.download.sample.canvas import Colour, Rng, pick_colour, polyline, size, write

_INKS: tuple[Colour, ...] = (
    (31, 119, 180),
    (214, 39, 40),
    (44, 160, 44),
    (255, 127, 14),
    (148, 103, 189),
    (60, 60, 60),
)
_WORDS = (
    "Value", "Dose", "CRP", "Day", "Week", "Score", "Age", "Group A", "Group B", "Total", "Hb",
    "WBC", "Platelets", "mg/dl", "Time", "Months", "Baseline", "Control", "Patients", "Result",
    "Normal", "Ferritin", "Sodium", "Treatment", "n = 24", "n = 9", "p < 0.05", "12.4", "0.83",
    "140", "3.9", "27", "61 %", "Yes", "No", "Excluded", "Enrolled", "Follow-up",
)  # fmt: skip


class Plot(NamedTuple):
    """A picture with axes: the frame is left, top, right, bottom in pixels."""

    image: Image.Image
    draw: ImageDraw.ImageDraw
    frame: tuple[int, int, int, int]

    def x(self, share: float) -> int:
        """Pixel of a share of the axis."""
        return round(self.frame[0] + share * (self.frame[2] - self.frame[0]))

    def y(self, share: float) -> int:
        """Pixel of a share of the axis, upwards."""
        return round(self.frame[3] - share * (self.frame[3] - self.frame[1]))


def _word(rng: Rng) -> str:
    return _WORDS[int(rng.integers(len(_WORDS)))]


def axes(rng: Rng) -> Plot:
    """White ground with axes, ticks, a title and at times grid lines."""
    height, width = size(rng, 200, 350, rng.uniform(0.95, 1.6))
    shade = int(rng.choice([255, 255, 250, 240]))
    image = Image.new("RGB", (width, height), (shade, shade, 255 if shade == 250 else shade))
    draw = ImageDraw.Draw(image)
    left, bottom = int(width * rng.uniform(0.1, 0.2)), int(height * rng.uniform(0.78, 0.9))
    top, right = int(height * rng.uniform(0.06, 0.2)), int(width * rng.uniform(0.8, 0.97))
    plot = Plot(image, draw, (left, top, right, bottom))
    ticks = int(rng.integers(3, 8))
    lines = rng.random() < 0.5
    for i in range(ticks + 1):
        y = plot.y(i / ticks)
        if lines:
            draw.line([(left, y), (right, y)], fill=(215, 215, 215))
        draw.line([(left - 3, y), (left, y)], fill=(40, 40, 40))
        write(draw, (max(0, left - 24), y - 6), str(i * 10), (40, 40, 40), 9)
        write(draw, (plot.x(i / ticks) - 4, bottom + 3), str(i), (40, 40, 40), 9)
    if rng.random() < 0.4:
        draw.rectangle([left, top, right, bottom], outline=(40, 40, 40))
    draw.line([(left, top), (left, bottom), (right, bottom)], fill=(40, 40, 40), width=1)
    if rng.random() < 0.7:
        write(
            draw, (int(width * rng.uniform(0.15, 0.5)), 2), f"{_word(rng)} by {_word(rng)}", 0, 12
        )
    return plot


def _legend(rng: Rng, plot: Plot, inks: list[Colour]) -> None:
    if rng.random() < 0.65:
        x, y = plot.x(rng.uniform(0.05, 0.7)), plot.y(rng.uniform(0.5, 0.98))
        for i, ink in enumerate(inks):
            plot.draw.rectangle([x, y + 13 * i + 3, x + 8, y + 13 * i + 9], fill=ink)
            write(plot.draw, (x + 12, y + 13 * i), _word(rng), (30, 30, 30), 9)


def _inks(rng: Rng, count: int) -> list[Colour]:
    return [_INKS[i] for i in rng.permutation(len(_INKS))[:count]]


def line_chart(rng: Rng) -> Image.Image:
    """A few series with markers over a handful of points."""
    plot = axes(rng)
    inks = _inks(rng, int(rng.integers(1, 5)))
    points = int(rng.integers(5, 13))
    for ink in inks:
        x = np.array([plot.x(s) for s in np.linspace(0.03, 0.97, points)], dtype=np.float64)
        walk = np.cumsum(rng.normal(0, 1, points))
        walk = (walk - walk.min()) / np.ptp(walk) * rng.uniform(0.4, 0.9) + rng.uniform(0.02, 0.1)
        y = np.array([plot.y(float(s)) for s in walk], dtype=np.float64)
        polyline(plot.draw, x, y, ink, int(rng.integers(1, 4)))
        for px, py in zip(x, y, strict=True):
            plot.draw.ellipse([px - 3, py - 3, px + 3, py + 3], fill=ink)
    _legend(rng, plot, inks)
    return plot.image


def bar_chart(rng: Rng) -> Image.Image:
    """Single or grouped bars, some with whiskers."""
    plot = axes(rng)
    groups, series = int(rng.integers(3, 10)), int(rng.integers(1, 4))
    inks = _inks(rng, series)
    filled = rng.uniform(0.55, 0.9)
    whiskers = rng.random() < 0.5
    for group in range(groups):
        for i, ink in enumerate(inks):
            x0 = plot.x((group + 0.5 - filled / 2 + filled * i / series) / groups)
            x1 = plot.x((group + 0.5 - filled / 2 + filled * (i + 0.92) / series) / groups)
            value = float(rng.uniform(0.05, 0.92))
            plot.draw.rectangle([x0, plot.y(value), x1, plot.frame[3]], fill=ink)
            if whiskers:
                middle, up = (x0 + x1) // 2, plot.y(value + float(rng.uniform(0.02, 0.08)))
                plot.draw.line([(middle, plot.y(value)), (middle, up)], fill=(20, 20, 20))
                plot.draw.line([(middle - 3, up), (middle + 3, up)], fill=(20, 20, 20))
    _legend(rng, plot, inks)
    return plot.image


def scatter_plot(rng: Rng) -> Image.Image:
    """Clouds of points, at times with a line of best fit."""
    plot = axes(rng)
    inks = _inks(rng, int(rng.integers(1, 4)))
    r = int(rng.integers(2, 5))
    for ink in inks:
        count = int(rng.integers(15, 70))
        x = np.clip(rng.normal(rng.uniform(0.3, 0.7), rng.uniform(0.08, 0.25), count), 0, 1)
        y = rng.uniform(0.2, 0.6) + rng.uniform(-0.8, 0.8) * (x - 0.5)
        y = np.clip(y + rng.normal(0, rng.uniform(0.05, 0.2), count), 0.01, 0.98)
        for px, py in zip(x, y, strict=True):
            cx, cy = plot.x(float(px)), plot.y(float(py))
            plot.draw.ellipse([cx - r, cy - r, cx + r, cy + r], fill=ink)
    if rng.random() < 0.5:
        ends = rng.uniform(0.1, 0.9, 2)
        line = [(plot.x(0.02), plot.y(float(ends[0]))), (plot.x(0.98), plot.y(float(ends[1])))]
        plot.draw.line(line, fill=(30, 30, 30), width=2)
    _legend(rng, plot, inks)
    return plot.image


def survival_curve(rng: Rng) -> Image.Image:
    """Kaplan-Meier steps that fall from the upper left, with censoring ticks."""
    plot = axes(rng)
    inks = _inks(rng, int(rng.integers(1, 4)))
    for ink in inks:
        steps = int(rng.integers(5, 20))
        times = np.sort(rng.uniform(0.02, rng.uniform(0.6, 1), steps))
        drops = rng.uniform(0.2, 1, steps)
        levels = 1 - np.cumsum(drops) / drops.sum() * rng.uniform(0.25, 0.95)
        level, before, wide = 1.0, 0.0, int(rng.integers(1, 4))
        for time, after in [*zip(times.tolist(), levels.tolist(), strict=True), (1.0, None)]:
            y = plot.y(level * 0.97)
            plot.draw.line([(plot.x(before), y), (plot.x(time), y)], fill=ink, width=wide)
            if rng.random() < 0.4:
                tick = plot.x((before + time) / 2)
                plot.draw.line([(tick, y - 4), (tick, y + 4)], fill=ink)
            if after is not None:
                ends = [(plot.x(time), y), (plot.x(time), plot.y(after * 0.97))]
                plot.draw.line(ends, fill=ink, width=wide)
                level, before = after, time
    _legend(rng, plot, inks)
    return plot.image


def table(rng: Rng) -> Image.Image:
    """Ruled rows of words and numbers under a shaded header."""
    height, width = size(rng, 190, 340, rng.uniform(0.9, 1.8))
    image = Image.new("RGB", (width, height), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    rows, columns = int(rng.integers(5, 14)), int(rng.integers(2, 6))
    margin = int(rng.integers(3, 18))
    cuts = np.concatenate([[0], np.cumsum(rng.uniform(1, 2.2, columns))])
    lefts = [margin + int(c * (width - 2 * margin)) for c in cuts / cuts[-1]]
    tops = margin + np.cumsum(np.concatenate([[0], rng.uniform(0.6, 1.6, rows)]))
    tops = margin + (tops - margin) / (tops[-1] - margin) * (height - 2 * margin)
    shade = pick_colour(rng, (200, 215, 235), (215, 215, 215), (70, 100, 150), (190, 220, 195))
    striped = rng.random() < 0.5
    points = int(rng.integers(8, 13))
    for row in range(rows):
        top, bottom = int(tops[row]), int(tops[row + 1])
        if row == 0 or (striped and row % 2):
            fill = shade if row == 0 else (240, 240, 240)
            draw.rectangle([margin, top, width - margin, bottom], fill=fill)
        draw.line([(margin, top), (width - margin, top)], fill=(120, 120, 120))
        for left in lefts[:-1]:
            if rng.random() < 0.85:
                write(draw, (left + 3, top + 1), _word(rng), (20, 20, 20), points)
    if rng.random() < 0.5:
        for left in lefts:
            draw.line([(left, margin), (left, height - margin)], fill=(120, 120, 120))
    draw.rectangle([margin, margin, width - margin, height - margin], outline=(60, 60, 60))
    return image


def flow_chart(rng: Rng) -> Image.Image:
    """Boxes with words, joined by arrows from top to bottom."""
    height, width = size(rng, 210, 350, rng.uniform(0.7, 1.3))
    image = Image.new("RGB", (width, height), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    levels = int(rng.integers(3, 6))
    fill = pick_colour(rng, (255, 255, 255), (220, 232, 246), (250, 236, 210), (224, 242, 224))
    above: list[tuple[int, int]] = []
    for level in range(levels):
        boxes = int(rng.integers(1, 4))
        below = []
        for box in range(boxes):
            x = int(width * (box + rng.uniform(0.4, 0.6)) / boxes)
            y = int(height * (level + rng.uniform(0.42, 0.58)) / levels)
            half = int(width / boxes * rng.uniform(0.28, 0.42))
            tall = int(height / levels * rng.uniform(0.2, 0.34))
            for px, py in above:
                draw.line([(px, py), (x, y - tall)], fill=(60, 60, 60))
                tip = (x, y - tall)
                corners = [tip, (x - 3, y - tall - 6), (x + 3, y - tall - 6)]
                draw.polygon(corners, fill=(60, 60, 60))
            draw.rectangle(
                [x - half, y - tall, x + half, y + tall], fill=fill, outline=(40, 40, 40)
            )
            write(draw, (x - half + 3, y - tall + 2), _word(rng), (20, 20, 20), 10)
            if rng.random() < 0.6:
                write(draw, (x - half + 3, y - 1), _word(rng), (20, 20, 20), 10)
            below.append((x, y + tall))
        above = below
    return image
