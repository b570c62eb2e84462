"""PairDxFusion (PairDx paper, section 3.5), and the same encoders each alone.

An image encoder (ResNet-18, 512-d) and a caption encoder (word vectors, scaled dot-product
self-attention, 256-d) are concatenated and classified by two fully connected layers. Leaving one
encoder out gives the image-only and the caption-only baseline; ``text`` leaves self-attention out,
``fusion`` puts something else in the place of concatenation.

Unsaid in the paper and chosen here: one attention head; the mean over the tokens that are there;
where ReLU, BatchNorm and Dropout stand in the head; its width (`hidden`).

Shapes: ``B`` batch, ``T`` tokens, ``D`` width of a word vector, ``K`` classes.
"""

from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.nn import functional

from pairdx.core.schema import LABELS
from pairdx.models.common.predictor import device
from pairdx.models.fusion.image_encoders import ImageEncoder
from pairdx.models.fusion.joints import CrossAttention, Parts, join, mean
from pairdx.models.fusion.params import Fusion, Text
from pairdx.pairs.text import PADDING


@dataclass(frozen=True)
class Batch:
    """Normalised images ``(B, 3, S, S)`` and token ids ``(B, T)``; a model reads what it needs."""

    images: Tensor | None
    tokens: Tensor | None


def to_device(batch: Batch) -> Batch:
    """Move a batch to where the models are."""
    where = device()
    return Batch(
        *(part if part is None else part.to(where) for part in (batch.images, batch.tokens))
    )


class CaptionEncoder(nn.Module):
    """Word vectors -> self-attention -> mean over the tokens -> ``text_width``.

    Args:
        table: the vector of each token id, ``(2 + V, D)``.
        text_width: the width of the caption's vector.
        freeze_vectors: keep the word vectors as they are.
        text: ``mean`` leaves self-attention out.
    """

    def __init__(
        self, table: Tensor, text_width: int, freeze_vectors: bool, text: Text = "attention"
    ) -> None:
        super().__init__()
        width = table.shape[1]
        self.vectors = nn.Embedding.from_pretrained(table, freeze_vectors, padding_idx=PADDING)
        self.attends = text == "attention"
        if self.attends:
            self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.project = nn.Linear(width, text_width)
        self.width = self.part_width = text_width

    def forward(self, tokens: Tensor) -> Tensor:
        """Encode ``(B, T)`` token ids as ``(B, text_width)``."""
        return functional.relu(self.project(mean(self._words(tokens))))

    def parts(self, tokens: Tensor) -> Parts:
        """Encode each token: ``(B, T, text_width)``, and which are there."""
        words, present = self._words(tokens)
        return self.project(words), present

    def _words(self, tokens: Tensor) -> Parts:
        present = tokens != PADDING  # (B, T)
        words = self.vectors(tokens)  # (B, T, D)
        if self.attends:
            words = functional.scaled_dot_product_attention(
                self.query(words), self.key(words), self.value(words), attn_mask=present[:, None, :]
            )
        return words, present


class PairClassifier(nn.Module):
    """One or two encoders, joined, and two fully connected layers.

    Args:
        image: encoder of ``(B, 3, S, S)``; None: captions only.
        caption: encoder of ``(B, T)``; None: images only.
        hidden: width of the first fully connected layer.
        dropout: probability with which one of its units is left out.
        fusion: how the two are joined; one alone has nothing to be joined with.
    """

    def __init__(
        self,
        image: ImageEncoder | None,
        caption: CaptionEncoder | None,
        hidden: int,
        dropout: float,
        fusion: Fusion = "concat",
    ) -> None:
        super().__init__()
        self.image, self.caption = image, caption
        encoders = [encoder for encoder in (image, caption) if encoder is not None]
        self.fusion = join(fusion, encoders)
        self.head = nn.Sequential(
            nn.Linear(self.fusion.width, hidden),
            nn.BatchNorm1d(hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, len(LABELS)),
        )

    def forward(self, batch: Batch) -> Tensor:
        """Return the logits, ``(B, K)``."""
        read: list[tuple[ImageEncoder | CaptionEncoder | None, Any]] = [
            (self.image, batch.images),
            (self.caption, batch.tokens),
        ]
        if isinstance(self.fusion, CrossAttention):
            features = [encoder.parts(inputs) for encoder, inputs in read if encoder is not None]
        else:
            features = [encoder(inputs) for encoder, inputs in read if encoder is not None]
        return self.head(self.fusion(*features))
