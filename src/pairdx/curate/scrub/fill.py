"""Boxes of an image filled with what surrounds them, so that no shape is left to learn from.

The fill is smooth: coarse to fine, each pixel ends as the mean of its neighbours (the solution of
Laplace's equation, nearly). Over it lies grain that is drawn from the surroundings, so that a
filled box is not the one smooth place in a noisy picture.
"""

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

MARGIN = 16  # pixels around a box that its fill is made from
SWEEPS = 12  # of averaging at each scale
GREY = 127.0  # where nothing is known

Box = tuple[int, int, int, int]


def fill(pixels: np.ndarray, boxes: Sequence[Box]) -> np.ndarray:
    """Return RGB ``pixels`` (H, W, 3) with every box (left, top, right, bottom) filled."""
    hidden = np.zeros(pixels.shape[:2], bool)  # (H, W)
    for left, top, right, bottom in boxes:
        hidden[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = True
    filled = pixels.copy()
    groups, _ = ndimage.label(hidden)
    for rows, columns in ndimage.find_objects(groups):
        around = (_wider(rows), _wider(columns))
        filled[around] = _filled(pixels[around], hidden[around])
    return filled


def _wider(extent: slice) -> slice:
    return slice(max(0, extent.start - MARGIN), extent.stop + MARGIN)


def _filled(pixels: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    colours = pixels.astype(np.float32)
    smooth = _smooth(np.where(hidden[..., None], 0, colours), ~hidden)
    smooth[hidden] += _grain(colours, hidden)
    return np.where(hidden[..., None], smooth.round().clip(0, 255), pixels).astype(np.uint8)


def _smooth(colours: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Fill what is not ``known`` (h, w) of ``colours`` (h, w, 3), 0 there, from coarse to fine."""
    if known.all():
        return colours
    if max(known.shape) <= 2 or not known.any():
        mean = colours[known].mean(axis=0) if known.any() else GREY
        return np.where(known[..., None], colours, mean).astype(np.float32)
    height, width = known.shape
    even = ((0, height % 2), (0, width % 2))
    weights = _halved(np.pad(known, even).astype(np.float32)[..., None])
    coarse = _halved(np.pad(colours, (*even, (0, 0)))) / np.maximum(weights, 1e-6)
    coarse = _smooth(coarse, weights[..., 0] > 0)
    finer = coarse.repeat(2, axis=0).repeat(2, axis=1)[:height, :width]
    filled = np.where(known[..., None], colours, finer)
    for _ in range(SWEEPS):
        padded = np.pad(filled, ((1, 1), (1, 1), (0, 0)), mode="edge")
        mean = (padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]) / 4
        filled = np.where(known[..., None], colours, mean)
    return filled


def _halved(values: np.ndarray) -> np.ndarray:
    """Sum each 2 x 2 pixels."""
    rows = values[::2] + values[1::2]
    summed: np.ndarray = rows[:, ::2] + rows[:, 1::2]
    return summed


def _grain(colours: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """Draw for each hidden pixel what some pixel nearby differs from the mean around it."""
    whole = ~ndimage.binary_dilation(hidden, np.ones((3, 3)))
    if not whole.any():
        return np.zeros((int(hidden.sum()), 3), np.float32)
    rough = (colours - ndimage.uniform_filter(colours, (3, 3, 1)))[whole]  # (n, 3)
    size = np.abs(rough).max(axis=1)
    rough = rough[size <= 3 * np.median(size)]  # edges are no grain
    rng = np.random.default_rng([*hidden.shape, int(hidden.sum())])
    drawn: np.ndarray = rough[rng.integers(len(rough), size=int(hidden.sum()))]
    return drawn
