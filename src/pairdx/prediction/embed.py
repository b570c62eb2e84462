"""A CLIP-like model folder as an embedder of images and captions into one space."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pairdx.core.errors import PairdxError
from pairdx.core.schema import EMBEDDINGS
from pairdx.models.common.predictor import Embedder
from pairdx.pairs.store import Pairs
from pairdx.prediction.predict import load_model

Rows = NDArray[np.float32]


def load_embedder(folder: Path) -> Embedder:
    """Open a model folder.

    Raises:
        PairdxError: there is no model in it, or one that does not embed images and captions.
    """
    model = load_model(folder)
    if not isinstance(model, Embedder):
        raise PairdxError(f"{folder}: not a CLIP-like model; only these embed images and captions")
    return model


def embed_pairs(model: Embedder, pairs: Pairs) -> pa.Table:
    """Embed ``pairs`` as a table of the EMBEDDINGS schema."""
    columns = {
        "id": pairs.ids,
        "article_id": pairs.articles,
        "figure_id": pairs.figures,
        "label": pairs.labels,
        "caption": pairs.captions,
    }
    return to_table(columns, model.embed_images(pairs.images), model.embed_captions)


def to_table(
    columns: Mapping[str, Sequence[Any]], images: Rows, embed: Callable[[list[str]], Rows]
) -> pa.Table:
    """Put ``N`` embedded images ``(N, E)`` and captions beside their other columns.

    Parts of a figure may share a caption: it is encoded once, so that equals are equal to the bit.
    """
    captions = list(dict.fromkeys(columns["caption"]))
    texts = dict(zip(captions, embed(captions), strict=True))
    embedded = {"image": list(images), "text": [texts[one] for one in columns["caption"]]}
    return pa.table({**columns, **embedded}, EMBEDDINGS)
