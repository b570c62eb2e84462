"""A CLIP-like model folder as an embedder of images and captions into one space."""

from pathlib import Path

from pairdx.core.errors import PairdxError
from pairdx.models.common.predictor import Embedder
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
