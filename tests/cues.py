"""Pairs whose class is told by a planted cue alone: a patch in the image, or a word."""

import numpy as np
import torch
from PIL import Image
from releases import encode

from pairdx.pairs.store import Pairs
from pairdx.pairs.text import Vocabulary, WordVectors

SIDE, PATCH = 32, 8  # pixels
CELLS = SIDE // PATCH  # places for a patch, a side
BY_PATCH, BY_WORD, BY_NOTHING = "radiology", "endoscopy", "chart"
WORD, FILLERS = "glottis", ("seen", "here", "patient", "image", "left", "right")


def planted(count, seed):
    """Pairs of three classes, and the number of the place where each image could hold a patch.

    All images are noise and all captions fillers; of ``BY_PATCH`` the image has a red patch, of
    ``BY_WORD`` the caption has a word.
    """
    generator = np.random.default_rng(seed)
    labels = [(BY_PATCH, BY_WORD, BY_NOTHING)[row % 3] for row in range(count)]
    images, captions, places = [], [], []
    for label in labels:
        image = generator.integers(90, 160, (SIDE, SIDE, 3)).astype(np.uint8)
        words = list(generator.choice(FILLERS, 5))
        place = int(generator.integers(CELLS**2))
        top, left = place // CELLS * PATCH, place % CELLS * PATCH
        if label == BY_PATCH:
            image[top : top + PATCH, left : left + PATCH] = (220, 20, 20)
        if label == BY_WORD:
            words[generator.integers(len(words))] = WORD
        images.append(encode(Image.fromarray(image)))
        captions.append(" ".join(words))
        places.append(place)
    names = [f"{seed}_{row:03}" for row in range(count)]
    return Pairs(names, names, names, names, labels, captions, images), places


def vectors():
    """A vector of its own for every word."""
    words = (WORD, *FILLERS)
    return WordVectors(Vocabulary(words, 8), 3 * torch.eye(len(words)))
