"""A model folder of any kind, opened as a :class:`~pairdx.models.common.predictor.Predictor`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, PREDICTIONS
from pairdx.models.clinvla.clinvla import ClinVla
from pairdx.models.clip.clip import ClipClassifier
from pairdx.models.common.card import Kind, ModelCard
from pairdx.models.common.predictor import Part, Predictor, reads
from pairdx.models.fusion.classifier import Classifier
from pairdx.models.tfidf.tfidf import TfidfClassifier
from pairdx.pairs.store import Pairs


def load_model(folder: Path) -> Predictor:
    """Open a model folder.

    Raises:
        PairdxError: there is no model in it, or a file of it is damaged.
    """
    card = ModelCard.load(folder)
    match card.kind:
        case "classifier":
            return Classifier.load(folder, card)
        case "tfidf":
            return TfidfClassifier.load(folder, card)
        case "clip":
            return ClipClassifier.load(folder, card)
        case "clinvla":
            return ClinVla.load(folder, card)
    allowed = ", ".join(get_args(Kind))
    raise PairdxError(f"{folder}/model.json: kind {card.kind!r}; allowed are {allowed}")


def predict_pairs(model: Predictor, pairs: Pairs) -> pa.Table:
    """Classify ``pairs`` as a table of the PREDICTIONS schema."""
    probabilities = model.predict(pairs.images, pairs.captions)  # (N, K)
    columns = {
        "id": pairs.ids,
        "article_id": pairs.articles,
        "label": pairs.labels,
        "predicted": [LABELS[best] for best in probabilities.argmax(1)],
        **{f"p_{label}": probabilities[:, k] for k, label in enumerate(LABELS)},
    }
    return pa.table(columns, PREDICTIONS)


@dataclass(frozen=True)
class OpenedModel:
    """A model, its name, and what it looks at."""

    name: str
    model: Predictor
    reads: frozenset[Part]

    @classmethod
    def open(cls, folder: Path) -> "OpenedModel":
        """Open a model folder.

        Raises:
            PairdxError: there is no model in it, or a file of it is damaged.
        """
        model = load_model(folder)
        return cls(folder.name, model, reads(ModelCard.load(folder)))

    def predict(self, images: Sequence[bytes], captions: Sequence[str]) -> NDArray[np.float64]:
        """Classify ``N`` pairs, ``(N, 6)``; those that look the same to the model, once."""
        seen = [
            (image if "image" in self.reads else b"", caption if "caption" in self.reads else "")
            for image, caption in zip(images, captions, strict=True)
        ]
        rows = {pair: row for row, pair in enumerate(dict.fromkeys(seen))}
        distinct = [list(part) for part in zip(*rows, strict=True)]
        probabilities = self.model.predict(*distinct)
        return probabilities[[rows[pair] for pair in seen]]
