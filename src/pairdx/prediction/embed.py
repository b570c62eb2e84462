"""A CLIP-like model folder as an embedder of images and captions into one space."""

from pathlib import Path

import pyarrow as pa

from pairdx.core.errors import PairdxError
from pairdx.core.schema import EMBEDDINGS
from pairdx.models.common.predictor import Embedder
from pairdx.pairs.store import Pairs
from pairdx.prediction.predict import load_model


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
    """Embed ``pairs`` as a table of the EMBEDDINGS schema.

    Parts of a figure may share a caption: it is encoded once, so that equals are equal to the bit.
    """
    captions = list(dict.fromkeys(pairs.captions))
    texts = dict(zip(captions, model.embed_captions(captions), strict=True))
    columns = {
        "id": pairs.ids,
        "article_id": pairs.articles,
        "figure_id": pairs.figures,
        "label": pairs.labels,
        "caption": pairs.captions,
        "image": list(model.embed_images(pairs.images)),
        "text": [texts[caption] for caption in pairs.captions],
    }
    return pa.table(columns, EMBEDDINGS)
