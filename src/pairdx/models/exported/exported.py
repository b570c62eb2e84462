"""A model that `pairdx export` wrote, as any other of the comparison; torch is not imported.

Shapes: ``N`` pairs, ``K`` classes.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from pairdx.core.errors import PairdxError
from pairdx.core.inputs import fault, read_json, regular
from pairdx.core.schema import LABELS
from pairdx.models.common.card import ModelCard
from pairdx.models.common.predictor import Part, Predictor
from pairdx.models.exported.card import ExportedSettings
from pairdx.models.exported.runtimes import OPENERS, Network
from pairdx.pairs.images import ImageInput
from pairdx.pairs.text import Vocabulary

BATCH = 64


@dataclass(frozen=True)
class Words:
    """What vocabulary.json holds."""

    words: tuple[str, ...]


@dataclass(frozen=True)
class Exported(Predictor):
    """A network, and how encoded pairs become its inputs; None for what it does not read."""

    network: Network
    image: ImageInput | None
    vocabulary: Vocabulary | None

    @property
    def reads(self) -> frozenset[Part]:
        """What the network has inputs for."""
        parts: dict[Part, object] = {"image": self.image, "caption": self.vocabulary}
        return frozenset(part for part, input_ in parts.items() if input_ is not None)

    def inputs(self, images: Sequence[bytes], captions: Sequence[str]) -> dict[str, NDArray[Any]]:
        """Decode and tokenise ``N`` pairs."""
        arrays: dict[str, NDArray[Any]] = {}
        if self.image:
            arrays["images"] = self.image.pixels_of_all(images)
        if self.vocabulary:
            arrays["tokens"] = self.vocabulary.ids(captions)
        return arrays

    def predict(self, images: Sequence[bytes], captions: Sequence[str]) -> NDArray[np.float64]:
        """See :class:`pairdx.models.common.predictor.Predictor`."""
        rows = [
            self.network(self.inputs(images[at : at + BATCH], captions[at : at + BATCH]))
            for at in range(0, len(images), BATCH)
        ]
        return _softmax(np.concatenate(rows).astype(np.float64))


def load(folder: Path, card: ModelCard) -> Exported:
    """Open a folder of `pairdx export` (see :class:`pairdx.models.common.predictor.Predictor`).

    Raises:
        PairdxError: model.json is of another form, a file is damaged, or a package is missing.
    """
    settings = read_settings(folder, card)
    for name, digest in settings.files.items():
        _check(folder / name, digest)
    vocabulary = None
    if settings.tokens:
        path = folder / settings.tokens.vocabulary
        words = read_json(path, Words, "a vocabulary", "export again").words
        vocabulary = Vocabulary(words, settings.tokens.max_tokens)
    opener = OPENERS[settings.backends[0]]
    network = opener(folder / settings.network, settings.precision)
    return Exported(network, settings.images.fit if settings.images else None, vocabulary)


def read_settings(folder: Path, card: ModelCard) -> ExportedSettings:
    """Read what model.json says of the network.

    Raises:
        PairdxError: it is of another form, or about other classes.
    """
    try:
        settings = ExportedSettings.model_validate(card.settings)
    except ValidationError as error:
        raise PairdxError(f"{folder}/model.json: settings.{fault(error)}; export again") from None
    if settings.labels != LABELS:
        raise PairdxError(
            f"{folder}/model.json: labels {', '.join(settings.labels)}; this version has "
            f"{', '.join(LABELS)}; export again"
        )
    return settings


def digest_of(path: Path) -> str:
    """The sha256 of a file."""
    with regular(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check(path: Path, digest: str) -> None:
    try:
        same = digest_of(path) == digest
    except OSError as error:
        raise PairdxError(f"{path}: cannot be read ({error.strerror}); export again") from None
    if not same:
        raise PairdxError(f"{path}: damaged, not the file that model.json names; export again")


def _softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    exponentials = np.exp(logits - logits.max(1, keepdims=True))
    return exponentials / exponentials.sum(1, keepdims=True)
