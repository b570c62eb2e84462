"""What two images are compared by: their pixels, and what their picture looks like."""

import hashlib

import imagehash
import numpy as np
from PIL import Image


def pixel_hash(image: Image.Image) -> str:
    """Hash the size too: the same bytes can be a wide and a tall image."""
    return hashlib.sha256(f"{image.size}".encode() + image.tobytes()).hexdigest()


def perceptual_hash(image: Image.Image, hash_size: int) -> bytes | None:
    """Return the bits of the DCT hash; images of one colour all share one, so they get none."""
    if image.getcolors(maxcolors=1) is not None:
        return None
    return np.packbits(imagehash.phash(image, hash_size).hash.ravel()).tobytes()
