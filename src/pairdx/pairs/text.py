"""Captions as token ids: the tokens of the PairDx paper (section 3.5), a vocabulary, its vectors.

Shapes: ``N`` captions, ``T`` tokens a caption, ``V`` words, ``D`` width of a vector.
"""

import json
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from safetensors import SafetensorError, safe_open

from pairdx.core.errors import PairdxError
from pairdx.core.inputs import STRICT, fault
from pairdx.core.outputs import new_file

if TYPE_CHECKING:
    from torch import Tensor

PADDING, UNKNOWN, FIRST_WORD = 0, 1, 2  # ids
MAX_TOKENS = 512
EDGES = string.punctuation + "“”‘’„«»…–—·•"  # noqa: RUF001 (captions do hold these)


def tokenize(caption: str) -> list[str]:
    """Split a caption as the paper does: lower case, at white space, without punctuation.

    Only the edges of a token are stripped, so that negations (``don't``) and abbreviations
    (``t2-weighted``, ``s.p``) survive.
    """
    tokens = (token.strip(EDGES) for token in caption.lower().split())
    return [token for token in tokens if token]


def coverage(captions: Iterable[str], words: Iterable[str]) -> float:
    """The share of the captions' running tokens that ``words`` holds."""
    known = set(words)
    found = [token in known for caption in captions for token in tokenize(caption)]
    return sum(found) / len(found) if found else 0.0


@dataclass(frozen=True)
class Vocabulary:
    """The words that have an id, and how many tokens of a caption are read."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    words: tuple[str, ...]
    max_tokens: Annotated[int, Field(ge=1, le=MAX_TOKENS)]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.words, start=FIRST_WORD)}

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

    def check_rows(self, rows: int) -> None:
        """Raise ValueError unless so many vectors are one a word."""
        if rows != len(self.words):
            raise ValueError(f"{rows} vectors for {len(self.words)} words")


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
                vocabulary = TypeAdapter(Vocabulary).validate_json(file.metadata()["vocabulary"])
                vectors = file.get_tensor("vectors")
            vocabulary.check_rows(len(vectors))
            if not vectors.isfinite().all():
                raise ValueError("it holds NaN or infinity")
        except (OSError, SafetensorError, TypeError, KeyError, ValueError) as error:
            reason = fault(error) if isinstance(error, ValidationError) else error
            raise PairdxError(
                f"{path}: not a table of word vectors ({reason}); run `dvc repro word_vectors`"
            ) from error
        return cls(vocabulary, vectors)
