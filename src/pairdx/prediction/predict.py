"""A model folder of any kind, opened as a :class:`~pairdx.models.common.predictor.Predictor`.

A kind is a folder of `pairdx.models` that holds a module of its own name: imported only when a
model of it is opened.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pairdx import models
from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, PREDICTIONS
from pairdx.models.common.card import ModelCard
from pairdx.models.common.predictor import Part, Predictor
from pairdx.pairs.store import Pairs


def load_model(folder: Path, backend: str | None = None) -> Predictor:
    """Open a model folder.

    Args:
        folder: of any kind.
        backend: what shall run it; None: what its card names first.

    Raises:
        PairdxError: there is no model in it, a file of it is damaged, or it is none for
            ``backend``.
    """
    card = ModelCard.load(folder)
    if backend is not None:
        card = _run_by(backend, card, folder)
    modules = kinds()
    if card.kind not in modules:
        allowed = ", ".join(modules)
        raise PairdxError(f"{folder}/model.json: kind {card.kind!r}; allowed are {allowed}")
    return import_module(modules[card.kind]).load(folder, card)


def _run_by(backend: str, card: ModelCard, folder: Path) -> ModelCard:
    """The card of a model that ``backend`` shall run."""
    allowed = card.settings.get("backends", ["torch"])  # one that was never exported
    if backend not in allowed:
        raise PairdxError(
            f"--backend {backend}: {folder} is for {', '.join(allowed)}; `pairdx export` "
            "writes a torch model for others"
        )
    return replace(card, settings=card.settings | {"backends": [backend]})


def kinds() -> dict[str, str]:
    """The kinds of models, and the module of each."""
    names = [found.name for found in iter_modules(models.__path__)]
    modules = {name: f"{models.__name__}.{name}.{name}" for name in names}
    return {name: module for name, module in modules.items() if find_spec(module)}


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
    """A model and its name."""

    name: str
    model: Predictor

    @classmethod
    def open(cls, folder: Path) -> "OpenedModel":
        """Open a model folder.

        Raises:
            PairdxError: there is no model in it, or a file of it is damaged.
        """
        return cls(folder.name, load_model(folder))

    @property
    def reads(self) -> frozenset[Part]:
        """What the model looks at."""
        return self.model.reads

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
