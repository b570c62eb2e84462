"""A caption as PairDxFusion reads it, word by word: what it predicts when some words are left out.

Shapes: ``R`` variants of a caption, ``T`` words, ``K`` classes, ``D`` width of a word vector.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

import torch
from torch import Tensor, nn

from pairdx.models.common.explainable import Bools, Floats, Reading
from pairdx.models.common.predictor import probabilities
from pairdx.models.fusion.image_encoders import ImageEncoder
from pairdx.models.fusion.network import Batch, CaptionEncoder, PairClassifier
from pairdx.pairs.text import PADDING, Vocabulary, tokenize

Encoded = Tensor | tuple[Tensor, ...]  # of one image or of several: the first axis
Encode = Callable[[Tensor], Encoded]


def read(
    network: PairClassifier,
    logits: Callable[[Batch], Tensor],
    vocabulary: Vocabulary,
    pixels: Tensor | None,
    caption: str,
) -> Reading:
    """Read ``caption`` beside its normalised image ``(1, 3, S, S)``, if the network sees one.

    Args:
        network: has a caption encoder.
        logits: what the model makes of a batch by ``network``, ``(R, K)``.
        vocabulary: of the network.
        pixels: the image.
        caption: of the image.
    """
    words = tokenize(caption)[: vocabulary.max_tokens]
    tokens = vocabulary.encode([caption])  # (1, T)
    nothing = vocabulary.encode([""])
    one_image = OneImage(network.image) if network.image is not None else None

    def without(left_out: Bools) -> Floats:
        rows = tokens.repeat(len(left_out), 1)
        rows[:, : len(words)][torch.from_numpy(left_out)] = PADDING
        rows[torch.from_numpy(left_out.all(1))] = nothing
        images = None if pixels is None else pixels.expand(len(rows), -1, -1, -1)
        with torch.no_grad(), _swapped(network, one_image):
            return probabilities(logits(Batch(images, rows)))

    weights = {}
    if words and network.caption is not None and network.caption.attends:
        heard = tokens[0, : len(words)].to(network.caption.vectors.weight.device)
        weights["attention"] = attention(network.caption, heard)
    return Reading(words, without, weights)


def attention(encoder: CaptionEncoder, tokens: Tensor) -> Floats:
    """The weight of each token ``(T,)`` in the mean of the attended words; the weights sum to 1.

    The encoder averages what its tokens attend to, so that a token's weight in the caption's
    vector is the mean, over the tokens that are there, of the attention it is given.
    """
    with torch.no_grad():
        words = encoder.vectors(tokens[None])[0]  # (T, D)
        scores = encoder.query(words) @ encoder.key(words).T / words.shape[1] ** 0.5  # (T, T)
        present = tokens != PADDING
        received = scores.masked_fill(~present, -torch.inf).softmax(1)[present]
    return received.double().mean(0).cpu().numpy()


class OneImage(nn.Module):
    """An image encoder for batches of one repeated image: encodes it, or its mirror, once."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self.seen: list[tuple[Tensor, Encoded]] = []

    def forward(self, images: Tensor) -> Encoded:
        """Encode ``(R, 3, S, S)`` as ``(R, width)``."""
        return self._repeat(self.encoder, images)

    def parts(self, images: Tensor) -> Encoded:
        """Encode the regions of each image, for a network that joins them with the words."""
        return self._repeat(cast(Encode, self.encoder.parts), images)

    def _repeat(self, encode: Encode, images: Tensor) -> Encoded:
        encoded = self._once(encode, images[:1])
        if isinstance(encoded, tuple):
            return tuple(part.expand(len(images), *part.shape[1:]) for part in encoded)
        return encoded.expand(len(images), *encoded.shape[1:])

    def _once(self, encode: Encode, image: Tensor) -> Encoded:
        for known, encoded in self.seen:
            if torch.equal(known, image):
                return encoded
        self.seen.append((image, encode(image)))
        return self.seen[-1][1]


@contextmanager
def _swapped(network: PairClassifier, encoder: nn.Module | None) -> Iterator[None]:
    """Let a network encode images with ``encoder`` for a while, if there is one."""
    own = network.image
    if encoder is not None:
        network.image = cast(ImageEncoder, encoder)
    try:
        yield
    finally:
        network.image = own
