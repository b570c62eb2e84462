"""Traces on paper: 12-lead electrocardiograms, rhythm strips, EEG and EMG."""

import numpy as np
from PIL import Image, ImageDraw

from pairdx.download.sample.canvas import Array, Colour, Rng, pick_colour, polyline, size, write

_LEADS = ("I", "aVR", "V1", "V4", "II", "aVL", "V2", "V5", "III", "aVF", "V3", "V6")
_CHANNELS = ("Fp1-F7", "F7-T3", "T3-T5", "T5-O1", "Fp2-F8", "F8-T4", "T4-T6", "T6-O2")
_MUSCLES = ("APB", "ADM", "EDB", "TA", "Biceps", "Deltoid", "FDI", "Gastroc.")


def _bump(phase: Array, at: float, width: float) -> Array:
    return np.asarray(np.exp(-(((phase - at) / width) ** 2)))


def heartbeats(rng: Rng, length: int, period: float) -> Array:
    """P, QRS and T waves of irregular beats, about -1..1, one value a pixel."""
    gaps = period * np.clip(rng.normal(1, rng.choice([0.02, 0.2]), length // 8 + 4), 0.4, 2)
    starts = np.cumsum(gaps) - period * rng.uniform(0, 1)
    x = np.arange(length, dtype=np.float64)
    beat = np.clip(np.searchsorted(starts, x, side="right") - 1, 0, None)
    phase = (x - starts[beat]) / period
    up, down = rng.uniform(0.4, 1.0), rng.uniform(0.1, 0.7)
    wave = rng.uniform(0.05, 0.15) * _bump(phase, 0.15, 0.04)
    wave += -down * 0.3 * _bump(phase, 0.27, 0.015) + up * _bump(phase, 0.3, 0.022)
    wave += -down * _bump(phase, 0.335, 0.02) + rng.uniform(-0.25, 0.35) * _bump(phase, 0.55, 0.07)
    return wave + rng.uniform(-0.2, 0.3) * np.clip(1 - np.abs(phase - 0.42) / 0.1, 0, 1)


def _paper(rng: Rng, width: int, height: int) -> Image.Image:
    """Pink, grey, blue or blank paper with millimetre squares."""
    kind = int(rng.choice([0, 0, 0, 1, 2, 3]))
    ground = ((255, 236, 234), (250, 250, 250), (236, 243, 250), (255, 255, 255))[kind]
    fine = ((251, 222, 220), (236, 236, 236), (222, 232, 244), (255, 255, 255))[kind]
    bold = ((240, 180, 180), (205, 205, 205), (180, 200, 228), (255, 255, 255))[kind]
    image = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(image)
    step = int(rng.integers(4, 8))
    x0, y0 = (int(v) for v in rng.integers(0, step * 5, 2))
    for colour, stride in ((fine, step), (bold, step * 5)):
        for x in range(x0 % stride, width, stride):
            draw.line([(x, 0), (x, height)], fill=colour)
        for y in range(y0 % stride, height, stride):
            draw.line([(0, y), (width, y)], fill=colour)
    return image


def ekg_12_lead(rng: Rng) -> Image.Image:
    """Twelve leads in 3x4 or 6x2, with or without a rhythm strip below."""
    height, width = size(rng, 230, 380, rng.uniform(1.25, 1.7))
    image = _paper(rng, width, height)
    draw = ImageDraw.Draw(image)
    columns, rows = (4, 3) if rng.random() < 0.65 else (2, 6)
    strips = rows + int(rng.random() < 0.6)
    top, ink = int(height * rng.uniform(0.02, 0.12)), pick_colour(rng, (20, 20, 25), (15, 20, 70))
    pitch = (height - top) / strips
    period = width / columns / rng.uniform(1.3, 3.2)
    for row in range(strips):
        cells = columns if row < rows else 1
        for column in range(cells):
            left = int(width * column / cells)
            n = int(width / cells) - 2
            middle = top + pitch * (row + rng.uniform(0.5, 0.72))
            tall = pitch * rng.uniform(0.35, 0.95) * float(rng.choice([1, 1, 1, -1]))
            drift = pitch * 0.08 * np.sin(np.arange(n) * rng.uniform(0.01, 0.05))
            y = middle - tall * heartbeats(rng, n, period) + drift
            polyline(draw, left + np.arange(n, dtype=np.float64), y, ink)
            name = _LEADS[(row * columns + column) % 12] if row < rows else "II"
            write(draw, (left + 3, int(top + pitch * row)), name, ink, 10)
    if rng.random() < 0.6:
        write(draw, (4, height - 12), "25 mm/s  10 mm/mV", ink, 9)
    return image


def ekg_strip(rng: Rng) -> Image.Image:
    """One to three rhythm strips, one in three of them very wide."""
    if rng.random() < 0.35:
        width, height = int(rng.integers(1000, 1300)), int(rng.integers(170, 240))
    else:
        height, width = size(rng, 190, 320, rng.uniform(2.2, 3.4))
    image = _paper(rng, width, height)
    draw = ImageDraw.Draw(image)
    ink = pick_colour(rng, (20, 20, 25), (15, 20, 70))
    strips = int(rng.integers(1, 4))
    for row in range(strips):
        pitch = height / strips
        period = rng.uniform(0.35, 1.1) * min(width, 420) / 3
        tall = pitch * rng.uniform(0.55, 0.85)
        wander = np.interp(np.arange(width), np.linspace(0, width, 14), rng.normal(0, 0.09, 14))
        wave = heartbeats(rng, width, period) + wander
        if rng.random() < 0.35:  # an arrhythmia in part of the strip
            start = int(width * rng.uniform(0.1, 0.7))
            rapid = np.sin(np.arange(width) * 2 * np.pi / (period * rng.uniform(0.25, 0.5)))
            wave[start:] = 0.45 * rapid[start:] * (1 + 0.3 * rng.normal(size=width - start) * 0.2)
        y = pitch * (row + rng.uniform(0.52, 0.68)) - tall * wave
        polyline(draw, np.arange(width, dtype=np.float64), y, ink, 2)
        write(draw, (4, int(pitch * row) + 2), ("II", "V1", "V5", "MCL")[row], ink, 11)
    return image


def _rhythm(rng: Rng, length: int) -> Array:
    """Brain waves: a few oscillations whose strength comes and goes, and noise."""
    x = np.arange(length, dtype=np.float64)
    wave = 0.35 * rng.normal(size=length)
    for period in (rng.uniform(5, 9), rng.uniform(9, 18), rng.uniform(25, 60)):
        envelope = np.interp(x, np.linspace(0, length, 8), rng.uniform(0, 1.2, 8))
        wave += envelope * np.sin(2 * np.pi * x / period + rng.uniform(0, 6))
    return wave


def eeg(rng: Rng) -> Image.Image:
    """Eight to eighteen channels, at times with a discharge that spreads over them."""
    height, width = size(rng, 220, 360, rng.uniform(1.1, 1.5))
    ground = pick_colour(rng, (252, 252, 250), (250, 246, 232), (238, 244, 250), spread=4)
    image = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(image)
    for column in range(40, width, int(rng.integers(28, 60))):
        draw.line([(column, 0), (column, height)], fill=(205, 215, 210))
    channels = int(rng.integers(8, 19))
    ink = pick_colour(rng, (20, 20, 25), (20, 30, 130), (110, 25, 30))
    left = 38
    start, end = np.sort(rng.uniform(0, 1, 2)) * (width - left)
    seizure = rng.uniform(1.3, 3.0) if rng.random() < 0.7 else 1.0
    pitch = height / (channels + 0.5)
    x = np.arange(width - left, dtype=np.float64)
    spikes = np.sin(2 * np.pi * x / rng.uniform(8, 16)) * ((x > start) & (x < end))
    for channel in range(channels):
        wave = _rhythm(rng, width - left) * rng.uniform(0.6, 1.3)
        wave = wave + spikes * (seizure - 1) * rng.uniform(0.3, 1.4)
        y = pitch * (channel + 0.75) - pitch * 0.26 * wave
        polyline(draw, left + x, y, ink)
        write(draw, (2, int(pitch * (channel + 0.4))), _CHANNELS[channel % 8], (60, 60, 60), 8)
    return image


def emg(rng: Rng) -> Image.Image:
    """Bursts of muscle activity, or stacked nerve-conduction responses, one to six channels."""
    height, width = size(rng, 200, 340, rng.uniform(1.0, 1.7))
    dark = rng.random() < 0.35
    ground: Colour = (8, 26, 20) if dark else (255, 255, 255)
    lines: Colour = (30, 70, 52) if dark else (214, 226, 214)
    ink = (
        pick_colour(rng, (110, 240, 130)) if dark else pick_colour(rng, (20, 40, 20), (20, 20, 90))
    )
    image = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(image)
    step = int(rng.integers(18, 36))
    for column in range(int(rng.integers(step)), width, step):
        draw.line([(column, 0), (column, height)], fill=lines)
    for row in range(int(rng.integers(step)), height, step):
        draw.line([(0, row), (width, row)], fill=lines)
    channels = int(rng.integers(2, 7))
    x = np.arange(width, dtype=np.float64)
    conduction = rng.random() < 0.5
    for channel in range(channels):
        pitch = height / channels
        if conduction:
            at = width * rng.uniform(0.15, 0.7)
            wide = width * rng.uniform(0.04, 0.1)
            wave = _bump(x, at, wide) - 0.6 * _bump(x, at + 1.6 * wide, wide)
            wave = wave + 0.8 * _bump(x, 8, 2) + 0.02 * rng.normal(size=width)
        else:
            envelope = np.interp(x, np.linspace(0, width, 9), rng.uniform(0, 1, 9) ** 3 + 0.04)
            wave = 0.5 * envelope * rng.normal(size=width)
        y = pitch * (channel + 0.55) - pitch * 0.42 * wave
        polyline(draw, x, y, ink)
        name = _MUSCLES[int(rng.integers(len(_MUSCLES)))]
        write(draw, (4, int(pitch * channel) + 2), name, ink, 10)
    return image
