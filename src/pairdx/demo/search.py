"""The training pairs whose images lie nearest to an image or a text, by a CLIP-like model.

Searched are images, as `retrieve` searches them: by image, or by text. Embedding the training
pairs takes as long as predicting them, so that their vectors are kept in `.cache/demo`, under a
name that changes with the model's files and the table.

Shapes: ``G`` training pairs, ``E`` width of the embedding.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pairdx.core.checkout import kept
from pairdx.core.errors import PairdxError
from pairdx.core.outputs import new_file
from pairdx.core.schema import PAIRS, count_groups, read_table
from pairdx.models.common.predictor import Embedder, Predictor
from pairdx.pairs.store import Pairs, read_pairs

CACHE = ".cache/demo"
COUNT = 8  # pairs shown
Rows = NDArray[np.float32]
Note = Callable[[float, str], object]


@dataclass(frozen=True)
class Found:
    """One pair, as the page shows it."""

    id: str
    image: bytes
    caption: str
    label: str
    license: str
    similarity: float | None = None


@dataclass(frozen=True)
class Split:
    """The pairs of a table; their images are read as they are asked for."""

    path: Path

    @cached_property
    def pairs(self) -> Pairs:
        """All columns that models know.

        Raises:
            PairdxError: the table is missing, damaged or empty.
        """
        return read_pairs(self.path)

    @cached_property
    def _licenses(self) -> list[str | None]:
        return read_table(self.path, PAIRS, ["license"])["license"].to_pylist()

    @property
    def drawn(self) -> bool:
        """Whether pairs of it are drawn by the project."""
        sources = read_table(self.path, PAIRS, ["source"])["source"].unique().to_pylist()
        return "synthetic sample" in sources

    def row(self, row: int, similarity: float | None = None) -> Found:
        """Return one of its pairs."""
        pairs = self.pairs
        return Found(
            pairs.ids[row],
            pairs.images[row],
            pairs.captions[row],
            pairs.labels[row],
            self._licenses[row] or "not known",
            similarity,
        )


def embedder(model: Predictor, name: str) -> Embedder:
    """Return ``model`` as one that embeds.

    Raises:
        PairdxError: it does not.
    """
    if not isinstance(model, Embedder):
        raise PairdxError(f"{name}: not a CLIP-like model; only these embed images and captions")
    return model


def nearest(query: Rows, gallery: Rows, count: int = COUNT) -> tuple[list[int], list[float]]:
    """Find the rows of ``gallery`` ``(G, E)`` nearest to ``query`` ``(E,)``, and their cosines."""
    cosines = gallery @ query
    rows = np.argsort(-cosines, kind="stable")[:count]
    return rows.tolist(), cosines[rows].tolist()


def embed_split(model: Embedder, folder: Path, split: Split, note: Note) -> Rows:
    """Embed the images of a split, ``(G, E)``, or read what was kept of the same.

    Args:
        model: that embeds.
        folder: of the model.
        split: whose images.
        note: told what share is done.
    """
    place = kept(CACHE) / folder.name / f"{_key(folder, split.path)}.npy"
    if place.exists():
        return np.load(place)
    parts = []
    groups = count_groups(split.path, PAIRS)
    for group in range(groups):
        note(group / groups, "embedding the training images, once")
        parts.append(model.embed_images(read_pairs(split.path, group).images))
    rows = np.concatenate(parts).astype(np.float32)
    for old in place.parent.glob("*.npy"):
        old.unlink()
    with new_file(place) as partial, partial.open("wb") as file:
        np.save(file, rows)
    return rows


def _key(folder: Path, table: Path) -> str:
    digest = hashlib.sha256()
    for path in (*sorted(path for path in folder.rglob("*") if path.is_file()), table):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:16]
