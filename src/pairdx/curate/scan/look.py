"""What sort of picture an image is, from its colours alone: printed, grey, or a scene in colour."""

import numpy as np
from PIL import Image

SIDE = 64  # pixels, to which it is scaled before it is looked at
BLACK = 40  # largest channel of what is no part of the scene: margins, masks
LIGHT = 200  # mean of the channels of paper


def colour(image: Image.Image) -> float:
    """Return how far the channels lie apart, 0 to 255, mean over what is not black."""
    pixels = _small(image)
    high = pixels.max(axis=2)
    shown = high > BLACK
    apart = (high - pixels.min(axis=2))[shown]
    return float(apart.mean()) if shown.any() else 0.0


def light(image: Image.Image) -> float:
    """Return the share of an RGB picture that is as light as paper."""
    return float((_small(image).mean(axis=2) > LIGHT).mean())


def _small(image: Image.Image) -> np.ndarray:
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BOX), np.int16)
