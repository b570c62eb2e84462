"""What every model of the comparison can do."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from pairdx.schema import LABELS


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
