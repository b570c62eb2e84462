"""A model folder of any kind, opened as a :class:`~pairdx.models.predictor.Predictor`."""

from pathlib import Path
from typing import get_args

import pyarrow as pa

from pairdx.data.store import Pairs
from pairdx.errors import PairdxError
from pairdx.models.card import Kind, ModelCard
from pairdx.models.classifier import Classifier
from pairdx.models.clinvla import ClinVla
from pairdx.models.clip import ClipClassifier
from pairdx.models.predictor import Predictor
from pairdx.models.tfidf import TfidfClassifier
from pairdx.schema import LABELS, PREDICTIONS


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
