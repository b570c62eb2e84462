"""What sort of picture an image is, from its colours alone: printed, grey, or a scene in colour."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 64  # pixels, to which it is scaled before it is looked at
LIGHT = 200  # mean of the channels of paper


def colour(image: Image.Image) -> float:
    """Return how far the channels of an RGB picture lie apart on average, 0 to 255."""
    pixels = _small(image)
    return float((pixels.max(axis=2) - pixels.min(axis=2)).mean())


def light(image: Image.Image) -> float:
    """Return the share of an RGB picture that is as light as paper."""
    return float((_small(image).mean(axis=2) > LIGHT).mean())


def _small(image: Image.Image) -> NDArray[np.int16]:
    return np.asarray(image.resize((SIDE, SIDE), Image.Resampling.BOX), np.int16)
