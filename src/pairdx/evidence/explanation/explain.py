"""What one model sees in one image, and reads in one caption: all explanations of one pair.

Images: Grad-CAM. Captions: occlusion by word, and what the model itself holds (attention weights,
the terms of a linear model). Explained is the class that the model predicts, right or wrong.

Shapes: ``h`` cells a side, ``T`` words.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pairdx.evidence.explanation.gradcam import grad_cam
from pairdx.evidence.explanation.occlusion import occlusion
from pairdx.models.common.explainable import Bools, ImageModel, Reading
from pairdx.models.common.predictor import Predictor
from pairdx.statistics.intervals.bootstrap import Floats

BATCH = 32


@dataclass(frozen=True)
class ImageMap:
    """The predicted class, its probability, and the signed map ``(h, h)`` of its evidence."""

    predicted: int
    probability: float
    values: Floats


@dataclass(frozen=True)
class WordWeights:
    """The predicted class, its probability, and by explanation a weight a word ``(T,)``."""

    predicted: int
    probability: float
    reading: Reading
    weights: dict[str, Floats]

    def without(self, gone: Bools) -> Floats:
        """The probability of the predicted class when some words are left out, (R, T) -> (R,)."""
        return self.reading.without(gone)[:, self.predicted]


def map_images(
    model: ImageModel, images: Sequence[bytes], captions: Sequence[str], cells: int
) -> list[ImageMap]:
    """Explain images by Grad-CAM maps of at least ``cells`` a side.

    Raises:
        PairdxError: no layer of the model has one.
    """
    found = []
    for at in range(0, len(images), BATCH):
        decoded = model.input.decode_all(images[at : at + BATCH])
        tokens = model.tokenize(captions[at : at + BATCH])
        best = model.probabilities(decoded, tokens).max(1)
        maps = grad_cam(model, decoded, tokens, best.indices, cells)
        found += [
            ImageMap(int(target), float(probability), values.double().numpy())
            for target, probability, values in zip(best.indices, best.values, maps, strict=True)
        ]
    return found


def weigh_words(model: Predictor, image: bytes, caption: str) -> WordWeights:
    """Explain one caption; a caption without words has empty weights."""
    reading = model.read_caption(image, caption)
    row = reading.without(np.zeros((1, len(reading.words)), bool))[0]
    target = int(row.argmax())
    weights = {"occlusion": occlusion(reading, target), **reading.own_weights}
    return WordWeights(target, float(row[target]), reading, weights)
