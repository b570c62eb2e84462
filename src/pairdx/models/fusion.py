"""PairDxFusion (PairDx paper, section 3.5), and the same encoders each alone.

An image encoder (ResNet-18, 512-d) and a caption encoder (word vectors, scaled dot-product
self-attention, 256-d) are concatenated and classified by two fully connected layers. Leaving one
encoder out gives the image-only and the caption-only baseline.

Unsaid in the paper and chosen here: one attention head; the mean over the tokens that are there;
where ReLU, BatchNorm and Dropout stand in the head; its width (`hidden`).

Shapes: ``B`` batch, ``T`` tokens, ``D`` width of a word vector, ``K`` classes.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from pairdx.data.text import PADDING
from pairdx.models.image_encoders import ImageEncoder
from pairdx.schema import LABELS


@dataclass(frozen=True)
class Batch:
    """Normalised images ``(B, 3, S, S)`` and token ids ``(B, T)``; a model reads what it needs."""

    images: Tensor | None
    tokens: Tensor | None


class CaptionEncoder(nn.Module):
    """Word vectors -> self-attention -> mean over the tokens -> ``text_width``.

    Args:
        table: the vector of each token id, ``(2 + V, D)``.
        text_width: the width of the caption's vector.
        freeze_vectors: keep the word vectors as they are.
    """

    def __init__(self, table: Tensor, text_width: int, freeze_vectors: bool) -> None:
        super().__init__()
        width = table.shape[1]
        self.vectors = nn.Embedding.from_pretrained(table, freeze_vectors, padding_idx=PADDING)
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.project = nn.Linear(width, text_width)
        self.width = text_width

    def forward(self, tokens: Tensor) -> Tensor:
        """Encode ``(B, T)`` token ids as ``(B, text_width)``."""
        present = tokens != PADDING  # (B, T)
        words = self.vectors(tokens)  # (B, T, D)
        attended = functional.scaled_dot_product_attention(
            self.query(words), self.key(words), self.value(words), attn_mask=present[:, None, :]
        )  # (B, T, D)
        weights = present / present.sum(1, keepdim=True)  # (B, T)
        pooled = torch.einsum("bt,btd->bd", weights, attended)
        return functional.relu(self.project(pooled))


class PairClassifier(nn.Module):
    """One or two encoders, concatenated, and two fully connected layers.

    Args:
        image: encoder of ``(B, 3, S, S)``; None: captions only.
        caption: encoder of ``(B, T)``; None: images only.
        hidden: width of the first fully connected layer.
        dropout: probability with which one of its units is left out.
    """

    def __init__(
        self,
        image: ImageEncoder | None,
        caption: CaptionEncoder | None,
        hidden: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.image, self.caption = image, caption
        width = sum(encoder.width for encoder in (image, caption) if encoder is not None)
        self.head = nn.Sequential(
            nn.Linear(width, hidden),
            nn.BatchNorm1d(hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, len(LABELS)),
        )

    def forward(self, batch: Batch) -> Tensor:
        """Return the logits, ``(B, K)``."""
        features = []
        if self.image is not None:
            features.append(self.image(batch.images))
        if self.caption is not None and batch.tokens is not None:
            features.append(self.caption(batch.tokens))
        return self.head(torch.cat(features, 1))
