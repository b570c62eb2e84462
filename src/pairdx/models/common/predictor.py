"""What every model of the comparison can do."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from pairdx.core.schema import LABELS

if TYPE_CHECKING:  # the linear model does without torch, which takes seconds to import
    import torch

    from pairdx.models.common.explainable import ImageModel, Reading
    from pairdx.models.common.graph import Graph

Part = Literal["image", "caption"]
PARTS: tuple[Part, ...] = ("image", "caption")


class Predictor(Protocol):
    """A model that gives each pair a probability for each of the six classes.

    One of another family needs its folder below `pairdx.models` and nothing elsewhere: a module of
    the folder's name, with a function ``load(folder, card)`` that opens what the model saved.
    """

    @property
    def reads(self) -> frozenset[Part]:
        """What :meth:`predict` depends on."""
        ...

    def predict(self, images: Sequence[bytes], captions: Sequence[str]) -> NDArray[np.float64]:
        """Classify ``N`` pairs of encoded image and caption; shape ``(N, 6)``, rows sum to 1."""
        ...

    def image_model(self) -> ImageModel | None:
        """Show what explaining an image needs; None: the model reads no images."""
        return None

    def graph(self) -> Graph | None:
        """Show what another runtime needs to predict alike; None: the model is no network."""
        return None

    def read_caption(self, image: bytes, caption: str) -> Reading:
        """Read ``caption``, beside its ``image`` where the model sees both.

        Raises:
            TypeError: the model reads no captions.
        """
        del image, caption
        raise TypeError(f"{type(self).__name__} reads no captions")


@runtime_checkable
class Embedder(Protocol):
    """A model that maps images and captions to unit vectors of one space."""

    def embed_images(self, images: Sequence[bytes]) -> NDArray[np.float32]:
        """Embed ``N`` encoded images, ``(N, E)``."""
        ...

    def embed_captions(self, captions: Sequence[str]) -> NDArray[np.float32]:
        """Embed ``N`` captions, ``(N, E)``."""
        ...


def device() -> torch.device:
    """Return the GPU if there is one; `torchrun` says which of several is this process's."""
    import torch

    if not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))


def probabilities(logits: torch.Tensor) -> NDArray[np.float64]:
    """Turn logits ``(N, 6)`` into float64 probabilities, so that rows sum to 1 in the table."""
    if logits.shape[-1] != len(LABELS):
        raise ValueError(f"{logits.shape[-1]} logits for {len(LABELS)} classes")
    return logits.double().softmax(-1).cpu().numpy()
