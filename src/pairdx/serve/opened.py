"""Models that are asked again and again about pairs of which a part was changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pairdx.models.card import ModelCard
from pairdx.models.predictor import Predictor
from pairdx.models.reads import Part, reads
from pairdx.serve.predict import load_model


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
