"""What explaining a prediction needs of a model: an image as it sees it, a caption as it reads it.

Shapes: ``B`` images, ``S`` pixels a side, ``T`` tokens, ``K`` classes; of one caption ``W`` words,
``R`` variants.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:  # the linear model needs neither
    from torch import Tensor, nn

    from pairdx.pairs.images import ImageInput

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Tokens: TypeAlias = "Tensor | None"  # (B, T); None for a model that reads images alone


def no_tokens(captions: Sequence[str]) -> None:
    """What captions are to a model that reads images alone."""
    del captions


@dataclass(frozen=True)
class ImageModel:
    """A model as a function of uint8 images ``(B, 3, S, S)`` and, if it reads them, tokens.

    Args:
        encoder: the image encoder, whose layers can be looked into.
        input: how images are decoded for it.
        once: one pass through the network: images, tokens -> logits ``(B, K)``.
        tokenize: captions as token ids.
        mirrored: whether the model predicts on the image and its mirror image.
    """

    encoder: nn.Module
    input: ImageInput
    once: Callable[[Tensor, Tokens], Tensor]
    tokenize: Callable[[Sequence[str]], Tokens] = no_tokens
    mirrored: bool = False

    def probabilities(self, images: Tensor, tokens: Tokens) -> Tensor:
        """Predict as the model does, ``(B, K)``, float64."""
        import torch

        with torch.no_grad():
            logits = self.once(images, tokens)
            if self.mirrored:
                logits = (logits + self.once(images.flip(-1), tokens)) / 2
            return logits.double().softmax(-1).cpu()

    def grey(self) -> Tensor:
        """The colour that stands for nothing, uint8 ``(3, 1, 1)``: the mean it was trained with."""
        import torch

        mean = torch.tensor(self.input.mean)
        return (mean * 255).round().to(torch.uint8).reshape(3, 1, 1)


@dataclass(frozen=True)
class Reading:
    """One caption in one model.

    Args:
        words: those that the model reads, in order.
        without: which words are left out ``(R, W)`` -> probabilities ``(R, K)``.
        own_weights: what the model itself says of its words ``(W,)``, by name.
    """

    words: list[str]
    without: Callable[[Bools], Floats]
    own_weights: dict[str, Floats] = field(default_factory=dict)
