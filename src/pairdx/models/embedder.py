"""What every CLIP-like model can do beside predicting: images and captions in one space."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray


@runtime_checkable
class Embedder(Protocol):
    """A model that maps images and captions to unit vectors of one space."""

    def embed_images(self, images: Sequence[bytes]) -> NDArray[np.float32]:
        """Embed ``N`` encoded images, ``(N, E)``."""
        ...

    def embed_captions(self, captions: Sequence[str]) -> NDArray[np.float32]:
        """Embed ``N`` captions, ``(N, E)``."""
        ...
