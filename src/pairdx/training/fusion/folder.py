"""From params to a model folder: what the stages of PairDxFusion and of its baselines share."""

from dataclasses import dataclass
from pathlib import Path

from pairdx.core.outputs import new_folder
from pairdx.models.fusion import fusion
from pairdx.models.fusion.params import ClassifierParams
from pairdx.models.weights.fetch import obtain_image_weights
from pairdx.models.weights.registry import WeightsParams
from pairdx.pairs.store import read_pairs
from pairdx.pairs.text import WordVectors
from pairdx.training.common.checkpoint import Checkpoint, fingerprint
from pairdx.training.common.processes import together
from pairdx.training.common.record import told, write_history, write_seconds
from pairdx.training.fusion.classifier import train_classifier


@dataclass(frozen=True)
class Places:
    """What is read, and what is written."""

    pairs: Path  # folder of the splits
    vectors: Path  # of the words of captions
    out: Path
    history: Path
    timing: Path


@together()
def train_folder(
    places: Places, params: ClassifierParams, seed: int, *, image: bool, caption: bool
) -> str:
    """Train a classifier that reads images, captions or both, and write its folder.

    Returns:
        how the training went, on one line.

    Raises:
        PairdxError: an encoder is unknown, its weights are missing, or the loss is no number.
    """
    name, weights = places.out.name, WeightsParams.load().folder
    start = None
    if image:
        start = obtain_image_weights(params.image_encoder, params.image_weights, weights)
    words = WordVectors.load(places.vectors) if caption else None
    classifier = fusion.build(params, words, image, seed, start)
    splits = [places.pairs / f"{split}.parquet" for split in ("train", "validation")]
    files = [*splits, places.vectors, *([start] if start else [])]
    checkpoint = Checkpoint(name, fingerprint({"seed": seed, **params.model_dump()}, files))
    with write_seconds(places.timing):
        train, validation = map(read_pairs, splits)
        epochs = train_classifier(classifier, train, validation, params, seed, checkpoint)
    write_history(places.history, epochs)
    with new_folder(places.out) as folder:
        description = fusion.describe(classifier.network, params)
        classifier.save(folder, fusion.card(name, description, classifier, params))
    return f"{told(epochs)} -> {places.out}/"
