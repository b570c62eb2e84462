"""A caption as a model reads it, word by word: what it predicts when some words are left out.

Shapes: ``R`` variants of a caption, ``T`` words, ``K`` classes, ``D`` width of a word vector.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from pairdx.models.common.predictor import Predictor, probabilities
from pairdx.models.fusion.classifier import Classifier, to_device
from pairdx.models.fusion.image_encoders import ImageEncoder
from pairdx.models.fusion.network import Batch, CaptionEncoder, PairClassifier
from pairdx.models.tfidf.tfidf import TfidfClassifier
from pairdx.pairs.text import PADDING, tokenize
from pairdx.statistics.intervals.bootstrap import Floats

Encoded = Tensor | tuple[Tensor, ...]  # of one image or of several: the first axis
Encode = Callable[[Tensor], Encoded]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Reading:
    """One caption in one model.

    Args:
        words: those that the model reads, in order.
        without: which words are left out ``(R, T)`` -> probabilities ``(R, K)``.
        own_weights: what the model itself says of its words ``(T,)``, by name.
    """

    words: list[str]
    without: Callable[[Bools], Floats]
    own_weights: dict[str, Floats] = field(default_factory=dict)


def reads_captions(model: Predictor) -> bool:
    """Whether ``model`` classifies by the caption, alone or beside the image."""
    if isinstance(model, Classifier):
        return model.network.caption is not None
    return isinstance(model, TfidfClassifier)


def read(model: Predictor, image: bytes, caption: str) -> Reading:
    """Read ``caption``, beside its ``image`` where the model sees both.

    Raises:
        TypeError: the model reads no captions.
    """
    match model:
        case Classifier():
            return _read_network(model, image, caption)
        case TfidfClassifier():
            return _read_tfidf(model, caption)
    raise TypeError(f"{type(model).__name__} reads no captions")


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


def linear_terms(model: TfidfClassifier, words: list[str], target: int) -> Floats:
    """What each word adds to the logit of class ``target``; with the intercept they sum to it.

    A term's share is divided evenly among its places in the caption, and a term of several words
    evenly among these.
    """
    vectorizer, places = model.vectorizer, _places(words, model.vectorizer.ngram_range)
    row = vectorizer.transform([" ".join(words)])
    names = vectorizer.get_feature_names_out()
    added = np.zeros(len(words))
    for column, value in zip(row.indices, row.data, strict=True):
        term = places[names[column]]
        share = value * model.model.coef_[target, column] / len(term)
        for start, length in term:
            added[start : start + length] += share / length
    return added


def _places(words: list[str], ngrams: tuple[int, int]) -> dict[str, list[tuple[int, int]]]:
    """Where each term is: (first word, number of words)."""
    found: dict[str, list[tuple[int, int]]] = {}
    for length in range(ngrams[0], ngrams[1] + 1):
        for start in range(len(words) - length + 1):
            found.setdefault(" ".join(words[start : start + length]), []).append((start, length))
    return found


def _read_tfidf(model: TfidfClassifier, caption: str) -> Reading:
    words = tokenize(caption)

    def without(left_out: Bools) -> Floats:
        captions = [
            " ".join(word for word, out in zip(words, row, strict=True) if not out)
            for row in left_out
        ]
        return model.predict([], captions)

    target = int(without(np.zeros((1, len(words)), bool)).argmax())
    return Reading(words, without, {"linear": linear_terms(model, words, target)})


def _read_network(model: Classifier, image: bytes, caption: str) -> Reading:
    network, fit, vocabulary = model.network, model.inputs.image, model.inputs.vocabulary
    assert vocabulary is not None  # noqa: S101 -- for the type checker; see reads_captions
    assert network.caption is not None  # noqa: S101
    words = tokenize(caption)[: vocabulary.max_tokens]
    tokens = vocabulary.encode([caption])  # (1, T)
    nothing = vocabulary.encode([""])
    pixels = fit.normalise(fit.decode_all([image])) if fit else None
    one_image = OneImage(network.image) if network.image is not None else None

    def without(left_out: Bools) -> Floats:
        rows = tokens.repeat(len(left_out), 1)
        rows[:, : len(words)][torch.from_numpy(left_out)] = PADDING
        rows[torch.from_numpy(left_out.all(1))] = nothing
        images = None if pixels is None else pixels.expand(len(rows), -1, -1, -1)
        with torch.no_grad(), _swapped(network, one_image):
            return probabilities(model.logits(to_device(Batch(images, rows))))

    weights = {}
    if words and hasattr(network.caption, "query"):
        heard = tokens[0, : len(words)].to(network.caption.vectors.weight.device)
        weights["attention"] = attention(network.caption, heard)
    return Reading(words, without, weights)


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
