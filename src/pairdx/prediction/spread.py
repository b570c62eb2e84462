"""A model folder applied to a table of pairs, row group by row group, here or on a cluster.

A row group is read where it is worked on: memory does not grow with the images of the table. It is
whole batches of every model, so that the batches are those of the table read at once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Self, TypeVar
from uuid import uuid4

import numpy as np
import pyarrow as pa

from pairdx.core.engine import map_chunks, on_cluster
from pairdx.core.schema import EMBEDDINGS, PAIRS, ROWS_PER_GROUP, count_groups, read_table
from pairdx.models.common.card import ModelCard
from pairdx.models.common.predictor import Embedder, Predictor
from pairdx.pairs.store import read_pairs
from pairdx.prediction.embed import Rows, load_embedder, to_table
from pairdx.prediction.predict import load_model, predict_pairs

R = TypeVar("R")


def _threads() -> int | None:
    """Return how many threads torch has here; None: the work stays here."""
    if not on_cluster():
        return None
    import torch  # slow to import, and the linear model does without

    return torch.get_num_threads()


@dataclass(frozen=True)
class SpreadModel:
    """A model folder that each process opens once: a later run may find another model there."""

    folder: Path
    run: str
    threads: int | None  # of torch, on which the last bits depend; None: those that are set

    @classmethod
    def at(cls, folder: Path) -> Self:
        """Name the model of a folder, for one run.

        Raises:
            PairdxError: there is none.
        """
        ModelCard.load(folder)
        return cls(folder.absolute(), uuid4().hex, _threads())

    def predict(self, pairs: Path) -> pa.Table:
        """Classify a table of ``PAIRS`` as one of ``PREDICTIONS``.

        Raises:
            PairdxError: there is no such model or table.
        """
        return pa.concat_tables(self._each_group(self._predict_group, pairs))

    def embed(self, pairs: Path) -> pa.Table:
        """Embed a table of ``PAIRS`` as one of ``EMBEDDINGS``.

        Raises:
            PairdxError: there is no such model or table, or the model is not CLIP-like.
        """
        images = np.concatenate(list(self._each_group(self._embed_group, pairs)))
        names = [name for name in EMBEDDINGS.names if name not in ("image", "text")]
        columns = read_table(pairs, PAIRS, names).to_pydict()
        return to_table(columns, images, self._embed_all)

    def use_threads(self) -> None:
        """Give torch in this process the threads that it has where the run was started."""
        if self.threads is not None:
            import torch

            torch.set_num_threads(self.threads)

    def _each_group(self, work: Callable[[Path, int], R], pairs: Path) -> Iterator[R]:
        groups = range(max(1, count_groups(pairs, PAIRS)))  # an empty table is told of by its first
        return map_chunks(partial(work, pairs.absolute()), groups, workers=1)

    def _predict_group(self, pairs: Path, group: int) -> pa.Table:
        return predict_pairs(_predictor(self), read_pairs(pairs, group))

    def _embed_group(self, pairs: Path, group: int) -> Rows:
        return _embedder(self).embed_images(read_pairs(pairs, group).images)

    def _embed_all(self, captions: list[str]) -> Rows:
        starts = range(0, len(captions), ROWS_PER_GROUP)
        parts = (captions[at : at + ROWS_PER_GROUP] for at in starts)
        return np.concatenate(list(map_chunks(self._embed_captions, parts, workers=1)))

    def _embed_captions(self, captions: list[str]) -> Rows:
        return _embedder(self).embed_captions(captions)


@lru_cache(maxsize=1)
def _predictor(model: SpreadModel) -> Predictor:
    model.use_threads()
    return load_model(model.folder)


@lru_cache(maxsize=1)
def _embedder(model: SpreadModel) -> Embedder:
    model.use_threads()
    return load_embedder(model.folder)
