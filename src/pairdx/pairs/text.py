"""Captions as token ids: the tokens of the PairDx paper (section 3.5), a vocabulary, its vectors.

Shapes: ``N`` captions, ``T`` tokens a caption, ``V`` words, ``D`` width of a vector.
"""

import json
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from pairdx.core.errors import PairdxError
from pairdx.core.outputs import new_file

if TYPE_CHECKING:
    from torch import Tensor

PADDING, UNKNOWN = 0, 1  # ids; words start at 2
_EDGES = string.punctuation + "“”‘’„«»…–—·•"  # noqa: RUF001 (captions do hold these)


def tokenize(caption: str) -> list[str]:
    """Split a caption as the paper does: lower case, at white space, without punctuation.

    Only the edges of a token are stripped, so that negations (``don't``) and abbreviations
    (``t2-weighted``, ``s.p``) survive.
    """
    tokens = (token.strip(_EDGES) for token in caption.lower().split())
    return [token for token in tokens if token]


def coverage(captions: Iterable[str], words: Iterable[str]) -> float:
    """The share of the captions' running tokens that ``words`` holds."""
    known = set(words)
    found = [token in known for caption in captions for token in tokenize(caption)]
    return sum(found) / len(found) if found else 0.0


@dataclass(frozen=True)
class Vocabulary:
    """The words that have an id, and how many tokens of a caption are read."""

    words: tuple[str, ...]
    max_tokens: int

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.words, start=2)}

    def encode(self, captions: Sequence[str]) -> "Tensor":
        """Return the :meth:`ids` of ``captions`` as a tensor."""
        import torch

        return torch.from_numpy(self.ids(captions))

    def ids(self, captions: Sequence[str]) -> NDArray[np.int64]:
        """Return the ids of ``captions``, of shape ``(N, T)``, padded with zeros.

        A caption without a token becomes one unknown token, so that attention has something to
        look at: a missing caption is an input like any other.
        """
        ids = np.full((len(captions), self.max_tokens), PADDING, np.int64)
        for row, caption in enumerate(captions):
            tokens = tokenize(caption)[: self.max_tokens]
            known = [self._numbers.get(token, UNKNOWN) for token in tokens] or [UNKNOWN]
            ids[row, : len(known)] = known
        return ids


@dataclass(frozen=True)
class WordVectors:
    """A vocabulary and one vector a word: ``vectors`` has shape ``(V, D)``."""

    vocabulary: Vocabulary
    vectors: "Tensor"

    def table(self) -> "Tensor":
        """Return the vectors by token id, ``(2 + V, D)``: padding is zero, unknown the mean."""
        import torch

        padding = torch.zeros(1, self.vectors.shape[1])
        return torch.cat([padding, self.vectors.mean(0, keepdim=True), self.vectors])

    def save(self, path: Path) -> None:
        """Write vectors and vocabulary into one safetensors file."""
        from safetensors.torch import save_file

        content = {"words": self.vocabulary.words, "max_tokens": self.vocabulary.max_tokens}
        with new_file(path) as partial:
            # One metadata key only: safetensors writes several in no fixed order.
            metadata = {"vocabulary": json.dumps(content, ensure_ascii=False)}
            save_file({"vectors": self.vectors.contiguous()}, partial, metadata)

    @classmethod
    def load(cls, path: Path) -> "WordVectors":
        """Read what :meth:`save` wrote.

        Raises:
            PairdxError: the file is missing or damaged.
        """
        try:
            with safe_open(path, framework="pt") as file:
                content = json.loads(file.metadata()["vocabulary"])
                vectors = file.get_tensor("vectors")
            vocabulary = Vocabulary(tuple(content["words"]), content["max_tokens"])
        except (OSError, SafetensorError, TypeError, KeyError, ValueError) as error:
            raise PairdxError(
                f"{path}: not a table of word vectors ({error}); run `dvc repro word_vectors`"
            ) from error
        return cls(vocabulary, vectors)
