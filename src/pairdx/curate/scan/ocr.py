"""Words in an image: where text stands, and what it says.

Two networks of PaddleOCR (PP-OCRv4 mobile, Apache-2.0), which the package `rapidocr` carries:
one finds regions of text, one reads a region. Shapes: ``H``, ``W`` pixels, ``T`` steps along a
line, ``K`` characters.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from onnxruntime import InferenceSession
from PIL import Image
from scipy import ndimage

from pairdx.curate.scan.onnx_models import fingerprint, model_file, open_session

PACKAGE = "rapidocr"
DETECTOR = "ch_PP-OCRv4_det_mobile.onnx"
RECOGNISER = "ch_PP-OCRv4_rec_mobile.onnx"

RULES = 1
STRIDE = 32  # the detector's sides are multiples of it
TEXT = 0.3  # probability from which a pixel is text, as PaddleOCR sets it
REGION = 0.5  # mean probability from which a region is one
UNCLIP = 1.6  # the detector marks a line's core; its area over its outline times this is missing
CLEAR = 0.7  # confidence from which a second reading is not worth its time
SURROUNDINGS, GAIN, MIDDLE = 6.0, 4.0, 110.0  # of the raised contrast: pixels, factor, grey
LINE = 48  # pixels high, what the recogniser reads
LONGEST = 3200  # pixels wide, at that height; a longer line is squeezed
SHORTEST = 1.5  # width over height; no date, name or number is written in one or two letters
UPRIGHT = 2.0  # height over width from which a region is a line that was turned

Floats = tuple[float, float, float, float]  # left, top, right, bottom


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
    """

    def __init__(self, min_side: int, max_side: int, raise_contrast: bool) -> None:
        self.min_side, self.max_side, self.raise_contrast = min_side, max_side, raise_contrast
        detector, recogniser = (model_file(PACKAGE, name) for name in (DETECTOR, RECOGNISER))
        # Everything that decides what is found; `RULES` counts what this module changed.
        weights = [fingerprint(model) for model in (detector, recogniser)]
        self.key = ("words", RULES, *weights, min_side, max_side, raise_contrast)
        self._detector = open_session(detector)
        self._recogniser = open_session(recogniser)
        characters = self._recogniser.get_modelmeta().custom_metadata_map["character"]
        self._characters = ["", *characters.splitlines(), " "]  # the first means: none

    def read(self, image: Image.Image) -> list[Word]:
        """Return the words of an RGB image from top to bottom; single letters are left out."""
        words = []
        for box in self.find(image):
            text, confidence = self._read_region(image.crop(box))
            if self.raise_contrast and confidence < CLEAR:
                clearer = Image.fromarray(_contrasted(np.asarray(image.crop(box), np.float32)))
                text, confidence = max((text, confidence), self._read_region(clearer), key=_second)
            if text:
                words.append(Word(*box, text, confidence))
        return words

    def find(self, image: Image.Image) -> list[tuple[int, int, int, int]]:
        """Return the boxes that hold text, sorted from top to bottom."""
        size = self._searched_size(image)
        pixels = np.asarray(image.resize(size, Image.Resampling.BILINEAR), np.float32)
        found = _regions(_run(self._detector, pixels)[0, 0])
        if self.raise_contrast:
            contrasted = _contrasted(pixels).astype(np.float32)
            again = _regions(_run(self._detector, contrasted)[0, 0])
            found += [box for box in again if not any(_are_one(box, other) for other in found)]
        scale = (image.width / size[0], image.height / size[1])
        boxes = [_to_image(box, scale, image.size) for box in found]
        return sorted(boxes, key=lambda box: (box[1], box[0]))

    def _searched_size(self, image: Image.Image) -> tuple[int, int]:
        scale = max(1.0, self.min_side / min(image.size))
        scale = min(scale, self.max_side / max(image.size))
        width, height = (max(1, round(side * scale / STRIDE)) * STRIDE for side in image.size)
        return width, height

    def _read_region(self, region: Image.Image) -> tuple[str, float]:
        width, height = region.size
        if height >= UPRIGHT * width:
            turns = (Image.Transpose.ROTATE_90, Image.Transpose.ROTATE_270)
            return max((self._read_line(region.transpose(t)) for t in turns), key=_second)
        return self._read_line(region) if width >= SHORTEST * height else ("", 0.0)

    def _read_line(self, line: Image.Image) -> tuple[str, float]:
        width = min(max(LINE, round(line.width * LINE / line.height)), LONGEST)
        pixels = np.asarray(line.resize((width, LINE), Image.Resampling.BILINEAR), np.float32)
        missing = -width % STRIDE  # fewer shapes, and room after the last letter
        pixels = np.pad(pixels, ((0, 0), (0, missing), (0, 0)), constant_values=127.5)
        return self._decode(_run(self._recogniser, pixels)[0])

    def _decode(self, probabilities: np.ndarray) -> tuple[str, float]:
        """Read the best path of a CTC output of shape (T, K): repeats and blanks are dropped."""
        best = probabilities.argmax(axis=1)  # (T,)
        new = [True, *(before != after for before, after in pairwise(best))]
        kept = np.flatnonzero((best != 0) & new)
        if not len(kept):
            return "", 0.0
        text = "".join(self._characters[character] for character in best[kept]).strip()
        return text, round(float(probabilities[kept, best[kept]].mean()), 3)


def _contrasted(pixels: np.ndarray) -> np.ndarray:
    """Raise what differs from its surroundings, of RGB pixels (H, W, 3)."""
    surroundings = ndimage.gaussian_filter(pixels, (*2 * [SURROUNDINGS], 0))
    raised = MIDDLE + GAIN * (pixels - surroundings)
    return raised.round().clip(0, 255).astype(np.uint8)


def _second(result: tuple[str, float]) -> float:
    return result[1]


def _run(session: InferenceSession, pixels: np.ndarray) -> np.ndarray:
    """Run a network on RGB pixels of shape (H, W, 3); it was trained on BGR from -1 to 1."""
    batch = np.ascontiguousarray((pixels[:, :, ::-1] / 127.5 - 1).transpose(2, 0, 1)[None])
    name = session.get_inputs()[0].name
    found: np.ndarray = session.run(None, {name: batch})[0]
    return found


def _regions(scores: np.ndarray) -> list[Floats]:
    """Turn the text probabilities (H, W) into boxes around each region, grown to the letters."""
    marked, count = ndimage.label(scores > TEXT)
    means = ndimage.mean(scores, marked, range(1, count + 1))
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


def _to_image(
    box: Floats, scale: tuple[float, float], size: tuple[int, int]
) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    return (
        max(0, int(left * scale[0])),
        max(0, int(top * scale[1])),
        min(size[0], round(right * scale[0] + 0.5)),
        min(size[1], round(bottom * scale[1] + 0.5)),
    )
