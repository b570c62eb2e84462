"""How an image and its caption become one vector: `fusion.fusion` of params.yaml.

Concatenation is the PairDx paper's (section 3.5). The others are published alternatives, each in
its smallest form; what they give meets at the caption's width, so that no further width is needed.

Shapes: ``B`` batch, ``R`` image regions, ``T`` tokens, ``I`` width of the image, ``W`` width of the
caption.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from torch import Tensor, nn

from pairdx.models.fusion.params import Fusion

Parts = tuple[Tensor, Tensor]  # vectors (B, N, width), and which of them are there (B, N)


class Joint(nn.Module):
    """Makes one vector of ``width`` out of two."""

    width: int


class Concatenation(Joint):
    """One vector behind the other: ``(B, I)``, ``(B, W)`` -> ``(B, I + W)``."""

    def __init__(self, *widths: int) -> None:
        super().__init__()
        self.width = sum(widths)

    def forward(self, *features: Tensor) -> Tensor:
        """Join any number of vectors."""
        return torch.cat(features, 1)


class GatedUnit(Joint):
    """A gate for each unit says how much of it is the image's (GMU: Arevalo et al. 2017)."""

    def __init__(self, image_width: int, width: int) -> None:
        super().__init__()
        self.image = nn.Linear(image_width, width)
        self.caption = nn.Linear(width, width)
        self.gate = nn.Linear(image_width + width, width)
        self.width = width

    def forward(self, image: Tensor, caption: Tensor) -> Tensor:
        """Join ``(B, I)`` and ``(B, W)`` as ``(B, W)``."""
        gate = self.gate(torch.cat([image, caption], 1)).sigmoid()
        return gate * self.image(image).tanh() + (1 - gate) * self.caption(caption).tanh()


class BilinearProduct(Joint):
    """A bilinear form of rank ``W`` (MLB: Kim et al. 2017); its output map is the head's."""

    def __init__(self, image_width: int, width: int) -> None:
        super().__init__()
        self.image = nn.Linear(image_width, width)
        self.caption = nn.Linear(width, width)
        self.width = width

    def forward(self, image: Tensor, caption: Tensor) -> Tensor:
        """Join ``(B, I)`` and ``(B, W)`` as ``(B, W)``."""
        return self.image(image).tanh() * self.caption(caption).tanh()


class CrossAttention(Joint):
    """Words look at image regions and regions at words, then the mean of each (Lu et al. 2019).

    One head, one layer, residual and LayerNorm, and no feed-forward part: the head follows.
    """

    def __init__(self, image_width: int, width: int) -> None:
        super().__init__()
        self.project = nn.Linear(image_width, width)
        self.to_image, self.to_caption = (
            nn.MultiheadAttention(width, num_heads=1, batch_first=True) for _ in range(2)
        )
        self.image_norm, self.caption_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.width = 2 * width

    def forward(self, image: Parts, caption: Parts) -> Tensor:
        """Join regions ``(B, R, I)`` and words ``(B, T, W)`` as ``(B, 2 W)``."""
        regions, words = (self.project(image[0]), image[1]), caption
        seen = self.caption_norm(words[0] + _attend(self.to_image, words[0], regions))  # (B, T, W)
        read = self.image_norm(regions[0] + _attend(self.to_caption, regions[0], words))
        return torch.cat([mean((read, regions[1])), mean((seen, words[1]))], 1)


def _attend(attention: nn.MultiheadAttention, queries: Tensor, to: Parts) -> Tensor:
    vectors, present = to
    return attention(queries, vectors, vectors, key_padding_mask=~present, need_weights=False)[0]


def mean(parts: Parts) -> Tensor:
    """Return the mean ``(B, width)`` of the vectors that are there."""
    vectors, present = parts
    weights = present / present.sum(1, keepdim=True)  # (B, N)
    return torch.einsum("bn,bnw->bw", weights, vectors)


LEARNED: dict[Fusion, Callable[[int, int], Joint]] = {
    "gated": GatedUnit,
    "bilinear": BilinearProduct,
    "cross_attention": CrossAttention,
}


class Encoder(Protocol):
    """What gives a vector of ``width``, and parts of ``part_width``."""

    width: int
    part_width: int


def join(fusion: Fusion, encoders: Sequence[Encoder]) -> Joint:
    """Return what joins an image and a caption encoder; one alone is left as it is."""
    if len(encoders) == 1 or fusion == "concat":
        return Concatenation(*(encoder.width for encoder in encoders))
    image, caption = encoders
    width = image.part_width if fusion == "cross_attention" else image.width
    return LEARNED[fusion](width, caption.width)
