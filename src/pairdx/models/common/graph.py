"""A model as one function of tensors: what another runtime can be given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the linear model needs none of them
    from torch import nn

    from pairdx.pairs.images import ImageInput
    from pairdx.pairs.text import Vocabulary


@dataclass(frozen=True)
class Graph:
    """A network from decoded images and token ids to logits ``(B, K)``.

    Args:
        network: its ``forward`` takes those of ``images``, uint8 ``(B, 3, S, S)``, and ``tokens``,
            int64 ``(B, T)``, that it reads; normalising is part of it.
        image: how images are decoded for it; None: it reads none.
        vocabulary: how captions become ids; None: it reads none.
        passes: how often it looks at an image: twice, with the mirror image.
    """

    network: nn.Module
    image: ImageInput | None = None
    vocabulary: Vocabulary | None = None
    passes: int = 1
