"""Words in an image: where text stands, and what it says.

Two networks of PaddleOCR (PP-OCRv4 mobile, Apache-2.0), which the package `rapidocr` carries:
one finds regions of text, one reads a region. Shapes: ``H``, ``W`` pixels, ``T`` steps along a
line, ``K`` characters.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from PIL import Image
from PIL.Image import Transpose
from scipy import ndimage
from scipy.special import expit, logit
from threadpoolctl import ThreadpoolController

from pairdx.curate.scan.networks import Network, Pixels, planes
from pairdx.curate.scan.params import Native

PACKAGE = "rapidocr"
DETECTOR = "ch_PP-OCRv4_det_mobile.onnx"
RECOGNISER = "ch_PP-OCRv4_rec_mobile.onnx"

RULES = 3
STRIDE = 32  # the detector's sides are multiples of it
LOG_ODDS = logit(np.float32(0.3))  # from which a pixel is text; PaddleOCR's probability
REGION = 0.5  # mean probability from which a region is one
UNCLIP = 1.6  # the detector marks a line's core; its area over its outline times this is missing
CLEAR = 0.7  # confidence from which a second reading is not worth its time
SURROUNDINGS, GAIN, MIDDLE = 6.0, 4.0, 110.0  # of the raised contrast: pixels, factor, grey
LINE = 48  # pixels high, what the recogniser reads
LONGEST = 3200  # pixels wide, at that height; a longer line is squeezed
SHORTEST = 1.5  # width over height; no date, name or number is written in one or two letters
UPRIGHT = 2.0  # height over width from which a region is a line that was turned

REACH = int(4 * SURROUNDINGS + 0.5)  # pixels, past which a surrounding weighs nothing
BLOCK = 32  # pixels in a row, whose surroundings one product of matrices sums up
BATCH = 4  # lines read at once; more take no less time each

Box = tuple[int, int, int, int]  # left, top, right, bottom
Floats = tuple[float, float, float, float]  # the same
Reading = tuple[str, float]  # what a line says, and how sure that is


@dataclass(frozen=True)
class Word:
    """One region of text, usually a line or what stands together in it; pixels, end excluded."""

    left: int
    top: int
    right: int
    bottom: int
    text: str
    confidence: float  # mean over its characters


class TextReader:
    """Finds and reads text.

    Args:
        min_side: pixels; the shorter side of an image is enlarged to it before text is searched.
        max_side: pixels; the longer side is scaled down to it.
        raise_contrast: search a second time with the local contrast raised, which shows white
            letters over bright tissue and takes as long again.
        precision: of the networks.
    """

    def __init__(
        self, min_side: int, max_side: int, raise_contrast: bool, precision: Native = "float32"
    ) -> None:
        self.min_side, self.max_side, self.raise_contrast = min_side, max_side, raise_contrast
        self._detector = Network(PACKAGE, DETECTOR, precision, logits=True)
        self._recogniser = Network(PACKAGE, RECOGNISER, precision)
        # Everything that decides what is found; `RULES` counts what this module changed.
        weights = [network.fingerprint for network in (self._detector, self._recogniser)]
        self.key = ("words", RULES, *weights, min_side, max_side, raise_contrast, precision)
        characters = self._recogniser.note("character")
        self._characters = ["", *characters.splitlines(), " "]  # the first means: none

    def read(self, image: Image.Image) -> list[Word]:
        """Return the words of an RGB image from top to bottom; single letters are left out."""
        boxes = [box for box in self.find(image) if _holds_line(box)]
        regions = [image.crop(box) for box in boxes]
        readings = self._read_regions(regions)
        if self.raise_contrast:
            unclear = [i for i, (_, confidence) in enumerate(readings) if confidence < CLEAR]
            clearer = [_clearer(regions[i]) for i in unclear]
            for i, again in zip(unclear, self._read_regions(clearer), strict=True):
                readings[i] = max(readings[i], again, key=_second)
        found = zip(boxes, readings, strict=True)
        return [Word(*box, text, confidence) for box, (text, confidence) in found if text]

    def find(self, image: Image.Image) -> list[Box]:
        """Return the boxes that hold text, sorted from top to bottom."""
        size = self._searched_size(image)
        pixels = planes(image.resize(size, Image.Resampling.BILINEAR))
        found = self._find(pixels)
        if self.raise_contrast:
            again = self._find(_contrasted(pixels))
            found += [box for box in again if not any(_are_one(box, other) for other in found)]
        scale = (image.width / size[0], image.height / size[1])
        boxes = [_to_image(box, scale, image.size) for box in found]
        return sorted(boxes, key=lambda box: (box[1], box[0]))

    def _searched_size(self, image: Image.Image) -> tuple[int, int]:
        scale = max(1.0, self.min_side / min(image.size))
        scale = min(scale, self.max_side / max(image.size))
        width, height = (max(1, round(side * scale / STRIDE)) * STRIDE for side in image.size)
        return width, height

    def _find(self, pixels: Pixels) -> list[Floats]:
        return _regions(self._detector.run(_inputs([pixels]))[0][0, 0])

    def _read_regions(self, regions: list[Image.Image]) -> list[Reading]:
        """Read each region in the way up that is read with the most confidence."""
        lines = [(i, line) for i, region in enumerate(regions) for line in _ways_up(region)]
        readings: list[Reading] = [("", 0.0)] * len(regions)
        read = self._read_lines([_line_pixels(line) for _, line in lines])
        for (i, _), reading in zip(lines, read, strict=True):
            readings[i] = max(readings[i], reading, key=_second)
        return readings

    def _read_lines(self, lines: list[Pixels]) -> list[Reading]:
        """Read lines of pixels, those of one width together."""
        readings: list[Reading] = [("", 0.0)] * len(lines)
        for batch in _batches([line.shape[2] for line in lines]):
            probabilities = self._recogniser.run(_inputs([lines[i] for i in batch]))[0]  # (B, T, K)
            for i, line in zip(batch, probabilities, strict=True):
                readings[i] = self._decode(line)
        return readings

    def _decode(self, probabilities: np.ndarray) -> Reading:
        """Read the best path of a CTC output of shape (T, K): repeats and blanks are dropped."""
        best = probabilities.argmax(axis=1)  # (T,)
        new = [True, *(before != after for before, after in pairwise(best))]
        kept = np.flatnonzero((best != 0) & new)
        if not len(kept):
            return "", 0.0
        text = "".join(self._characters[character] for character in best[kept]).strip()
        return text, round(float(probabilities[kept, best[kept]].mean()), 3)


def _holds_line(box: Box) -> bool:
    width, height = box[2] - box[0], box[3] - box[1]
    return height >= UPRIGHT * width or width >= SHORTEST * height


def _ways_up(region: Image.Image) -> list[Image.Image]:
    if region.height < UPRIGHT * region.width:
        return [region]
    return [region.transpose(way) for way in (Transpose.ROTATE_90, Transpose.ROTATE_270)]


def _line_pixels(line: Image.Image) -> Pixels:
    """Scale a line to the height that is read, and fill its width up: (3, LINE, W)."""
    width = min(max(LINE, round(line.width * LINE / line.height)), LONGEST)
    pixels = planes(line.resize((width, LINE), Image.Resampling.BILINEAR))
    missing = -width % STRIDE  # fewer shapes, and room after the last letter
    return np.pad(pixels, ((0, 0), (0, 0), (0, missing)), constant_values=127.5)


def _batches(widths: list[int]) -> Iterator[list[int]]:
    """Yield the places of equal widths, at most ``BATCH`` at a time."""
    for width in sorted(set(widths)):
        places = [i for i, other in enumerate(widths) if other == width]
        yield from (places[start : start + BATCH] for start in range(0, len(places), BATCH))


def _clearer(region: Image.Image) -> Image.Image:
    return Image.fromarray(_contrasted(planes(region)).transpose(1, 2, 0).astype(np.uint8))


def _contrasted(pixels: Pixels) -> Pixels:
    """Raise what differs from its surroundings, of pixels (3, H, W)."""
    with _one_thread().limit(limits=1, user_api="blas"):
        raised = pixels - _smoothed(pixels)
    raised *= GAIN
    raised += MIDDLE
    return np.rint(raised, out=raised).clip(0, 255, out=raised)


def _smoothed(pixels: Pixels) -> Pixels:
    """Do what `ndimage.gaussian_filter` does to each plane (3, H, W), in a fraction of its time.

    A pixel needs its neighbours only: the matrix of weights is that of `BLOCK` pixels, moved along.
    """
    _, height, width = pixels.shape
    padded = np.pad(pixels, ((0, 0), (REACH, REACH), (REACH, REACH)), mode="symmetric")
    down = [_weights(len(at)).T @ padded[:, _near(at)] for at in _blocks(height)]
    rows = np.concatenate(down, axis=1)  # (3, H, W + 2 REACH)
    return np.concatenate([rows[..., _near(at)] @ _weights(len(at)) for at in _blocks(width)], 2)


def _blocks(length: int) -> list[range]:
    return [range(at, min(at + BLOCK, length)) for at in range(0, length, BLOCK)]


def _near(block: range) -> slice:
    """Where the surroundings of a block lie, of what was padded."""
    return slice(block.start, block.stop + 2 * REACH)


@cache
def _weights(length: int) -> Pixels:
    """Return how much each of length + 2 REACH pixels weighs in the surroundings of length."""
    ones = np.eye(length + 2 * REACH, dtype=np.float32)
    return ndimage.gaussian_filter1d(ones, SURROUNDINGS)[:, REACH:-REACH]


@cache
def _one_thread() -> ThreadpoolController:
    """Return what bounds the threads of a product: the scan has a process a core."""
    return ThreadpoolController()


def _second(reading: Reading) -> float:
    return reading[1]


def _inputs(pixels: list[Pixels]) -> Pixels:
    """Stack pixels (3, H, W) of one size as the networks were trained: BGR, from -1 to 1."""
    inputs = np.stack([one[::-1] for one in pixels])
    inputs /= 127.5
    inputs -= 1
    return inputs


def _regions(logits: np.ndarray) -> list[Floats]:
    """Turn the log odds of text (H, W) into boxes around each region, grown to the letters."""
    marked, _ = ndimage.label(logits > LOG_ODDS)
    inside = marked > 0
    regions = marked[inside]
    sums, areas = np.bincount(regions, expit(logits[inside])), np.bincount(regions)
    means = sums[1:] / areas[1:]
    boxes = []
    for (rows, columns), mean in zip(ndimage.find_objects(marked), means, strict=True):
        width, height = columns.stop - columns.start, rows.stop - rows.start
        if mean >= REGION and min(width, height) >= 3:
            grow = UNCLIP * width * height / (2 * (width + height))
            boxes.append(
                (columns.start - grow, rows.start - grow, columns.stop + grow, rows.stop + grow)
            )
    return boxes


def _are_one(box: Floats, other: Floats) -> bool:
    """Whether most of the smaller box lies in the other."""
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    smaller = min((b[2] - b[0]) * (b[3] - b[1]) for b in (box, other))
    return width > 0 and height > 0 and width * height > smaller / 2


def _to_image(box: Floats, scale: tuple[float, float], size: tuple[int, int]) -> Box:
    left, top, right, bottom = box
    return (
        max(0, int(left * scale[0])),
        max(0, int(top * scale[1])),
        min(size[0], round(right * scale[0] + 0.5)),
        min(size[1], round(bottom * scale[1] + 0.5)),
    )
