"""One picture and its caption, asked of every model of a folder: what each says, and why.

Shapes: ``K`` classes.
"""

import io
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from PIL import Image

from pairdx.core.decode import MAX_MEGAPIXELS, UndecodableError, decode
from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS
from pairdx.evidence.calibration.prediction_sets import members
from pairdx.evidence.calibration.temperature import scale
from pairdx.evidence.explanation.explain import WordWeights, map_images, weigh_words
from pairdx.evidence.explanation.heat_map import overlay
from pairdx.evidence.explanation.shapley import contributions
from pairdx.models.common.card import ModelCard
from pairdx.models.common.explainable import ImageModel
from pairdx.models.common.predictor import Predictor
from pairdx.prediction.abstain import Rule, read_rule
from pairdx.prediction.predict import load_model
from pairdx.statistics.intervals.bootstrap import Floats

COVERAGE = "90"  # % of the validation pairs that are answered
MAP_CELLS = 4  # a side: the least that a map of convolutions has, as `explain` has it by default
SHOWN = 384  # pixels of the longer side


@dataclass(frozen=True)
class Picture:
    """An image as it came, and what the page shows of it: its ``size``, a small copy."""

    data: bytes
    size: tuple[int, int]
    small: Image.Image

    @classmethod
    def of(cls, data: bytes) -> "Picture":
        """Decode an image as the pipeline does.

        Raises:
            PairdxError: it is none that can be read, or has too many pixels.
        """
        try:
            image = decode(data, MAX_MEGAPIXELS)
        except UndecodableError as error:
            raise PairdxError(f"not an image that can be read: {error}") from None
        size = image.size
        image.thumbnail((SHOWN, SHOWN))
        return cls(data, size, image)


@dataclass(frozen=True)
class Heat:
    """A picture with the map of a model's evidence over it, and the line below; None: no map."""

    image: Image.Image | None
    said: str


@dataclass(frozen=True)
class Answer:
    """What one model says of a pair; nothing but a ``problem`` where it cannot.

    Args:
        name: of its folder.
        card: of the model.
        problem: why it says nothing.
        row: its probabilities ``(K,)``, calibrated if there is a ``rule``.
        rule: its calibration.
        seconds: that predicting took, without loading the model and without explaining.
        heat: where the image speaks for the class that it predicts.
        words: which words do.
        shares: what image and caption bring to that class's probability, if it reads both.
    """

    name: str
    card: ModelCard
    problem: str = ""
    row: Floats = field(default_factory=lambda: np.zeros(len(LABELS)))
    rule: Rule | None = None
    seconds: float = 0.0
    heat: Heat | None = None
    words: WordWeights | None = None
    shares: tuple[float, float] | None = None

    @property
    def best(self) -> int:
        """The class that it predicts."""
        return int(self.row.argmax())

    @property
    def abstains(self) -> bool:
        """Whether it is less sure than its calibration asks for."""
        return self.rule is not None and bool(self.row.max() < self.rule.threshold)

    @property
    def weights(self) -> dict[str, Floats]:
        """The weights of its words, by explanation: of a linear model its exact terms alone."""
        found = self.words.weights if self.words and self.words.reading.words else {}
        return {"linear": found["linear"]} if "linear" in found else found

    @property
    def inside(self) -> list[str]:
        """The classes of its prediction set; none without a calibration."""
        if self.rule is None:
            return []
        chosen = members(self.row[None], np.array(self.rule.least))[0]
        return [label for label, one in zip(LABELS, chosen, strict=True) if one]


@dataclass(frozen=True)
class Shelf:
    """A model folder, opened when it is first asked; models are asked one at a time."""

    folder: Path
    card: ModelCard
    rule: Rule | None

    @cached_property
    def model(self) -> Predictor:
        """The model, which has predicted once: the first time takes longer.

        Raises:
            PairdxError: a file of it is damaged or missing, or a package that it needs.
        """
        model = load_model(self.folder)
        model.predict([_blank()], [""])
        return model

    def ask(self, picture: Picture | None, caption: str) -> Answer:
        """Answer for one pair, of which either part may be missing."""
        try:
            return self._answer(picture, caption)
        except PairdxError as error:
            return Answer(self.folder.name, self.card, str(error))

    def _answer(self, picture: Picture | None, caption: str) -> Answer:
        model, data = self.model, picture.data if picture else b""
        if not data and "image" in model.reads:
            raise PairdxError("it reads pictures: choose one")
        if not caption and "image" not in model.reads:
            raise PairdxError("it reads captions alone: write one")
        start = perf_counter()
        row = model.predict([data], [caption])[0]
        seconds = perf_counter() - start
        if self.rule:
            row = scale(row[None], self.rule.temperature)[0]
        why = self._explained(picture, caption)
        return Answer(self.folder.name, self.card, row=row, rule=self.rule, seconds=seconds, **why)

    def _explained(self, picture: Picture | None, caption: str) -> dict[str, Any]:
        """The fields of an answer that say why, as far as a model of its kind can tell."""
        found: dict[str, Any] = {}
        seen, reads_caption = self.model.image_model(), "caption" in self.model.reads
        reads_words = type(self.model).read_caption is not Predictor.read_caption
        if picture and seen:
            found["heat"] = _heat(seen, picture, caption)
        if caption and reads_caption and reads_words:
            found["words"] = weigh_words(self.model, picture.data if picture else b"", caption)
        if picture and seen and reads_caption:
            share = contributions(seen, [picture.data], [caption])
            found["shares"] = float(share.image[0]), float(share.caption[0])
        return found


def find_models(models: Path, calibration: Path) -> list[Shelf]:
    """Find the model folders below ``models``, trained ones first.

    Args:
        models: a folder of model folders.
        calibration: what `calibrate` wrote, a file a model; those without one stay as they are.

    Raises:
        PairdxError: there is no model, or a card or a calibration is damaged.
    """
    folders = sorted(path.parent for path in models.glob("*/model.json"))
    if not folders:
        raise PairdxError(
            f"--models {models}: no folder in it holds a model.json; run `dvc repro`, or name "
            "another"
        )
    shelves = [_shelf(folder, calibration / f"{folder.name}.json") for folder in folders]
    return sorted(shelves, key=lambda shelf: not shelf.card.trained)


def _shelf(folder: Path, calibration: Path) -> Shelf:
    card = ModelCard.load(folder)
    rule = read_rule(calibration, COVERAGE, card.model) if calibration.exists() else None
    return Shelf(folder, card, rule)


def _heat(model: ImageModel, picture: Picture, caption: str) -> Heat:
    try:
        (seen,) = map_images(model, [picture.data], [caption], MAP_CELLS)
    except PairdxError as error:
        return Heat(None, f"no heat map: {error}")
    image = overlay(picture.small, seen.values, model.input.resize)
    where = "" if (seen.values > 0).any() else "no "
    said = f"{where}evidence for {LABELS[seen.predicted].replace('_', ' ')} (Grad-CAM)"
    return Heat(image, said)


def _blank() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "grey").save(buffer, "PNG")
    return buffer.getvalue()
