"""What every model of the comparison can do."""

from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray

from pairdx.core.schema import LABELS
from pairdx.models.common.card import ModelCard


class Predictor(Protocol):
    """A model that gives each pair a probability for each of the six classes."""

    def predict(self, images: Sequence[bytes], captions: Sequence[str]) -> NDArray[np.float64]:
        """Classify ``N`` pairs of encoded image and caption; shape ``(N, 6)``, rows sum to 1."""
        ...


def device() -> torch.device:
    """Return the GPU if there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def probabilities(logits: torch.Tensor) -> NDArray[np.float64]:
    """Turn logits ``(N, 6)`` into float64 probabilities, so that rows sum to 1 in the table."""
    if logits.shape[-1] != len(LABELS):
        raise ValueError(f"{logits.shape[-1]} logits for {len(LABELS)} classes")
    return logits.double().softmax(-1).cpu().numpy()


@runtime_checkable
class Embedder(Protocol):
    """A model that maps images and captions to unit vectors of one space."""

    def embed_images(self, images: Sequence[bytes]) -> NDArray[np.float32]:
        """Embed ``N`` encoded images, ``(N, E)``."""
        ...

    def embed_captions(self, captions: Sequence[str]) -> NDArray[np.float32]:
        """Embed ``N`` captions, ``(N, E)``."""
        ...


Part = Literal["image", "caption"]
PARTS: tuple[Part, ...] = ("image", "caption")


def reads(card: ModelCard) -> frozenset[Part]:
    """Say what the ``predict`` of the model that ``card`` describes depends on.

    CLIP-like models compare the image with sentences of their own and never see the caption.
    """
    if card.kind == "classifier":
        return frozenset(part for part in PARTS if card.settings[part])
    return frozenset({"caption"} if card.kind == "tfidf" else {"image"})
