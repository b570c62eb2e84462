"""train_fusion: pairs and word vectors -> models/fusion."""

from pathlib import Path

from pairdx.core.outputs import new_folder
from pairdx.core.params import load_seed
from pairdx.core.stage import run
from pairdx.models.fusion import classifier as models
from pairdx.models.fusion.params import FusionParams
from pairdx.models.weights.fetch import obtain_image_weights
from pairdx.models.weights.registry import WeightsParams
from pairdx.pairs.store import read_pairs
from pairdx.pairs.text import WordVectors
from pairdx.training.common.checkpoint import Checkpoint, fingerprint
from pairdx.training.common.record import told, write_history, write_seconds
from pairdx.training.fusion.classifier import train_classifier


def main(*, pairs: Path, vectors: Path, out: Path, history: Path, timing: Path) -> str:
    """Train PairDxFusion on image and caption."""
    params, seed = FusionParams.load(), load_seed()
    train, validation = pairs / "train.parquet", pairs / "validation.parquet"
    start = obtain_image_weights(params, WeightsParams.load().folder)
    words = WordVectors.load(vectors)
    classifier = models.build(params, words, True, seed, start)
    settings = {"seed": seed, **params.model_dump()}
    files = [train, validation, vectors, *([start] if start else [])]
    checkpoint = Checkpoint("fusion", fingerprint(settings, files))
    with write_seconds(timing):
        epochs = train_classifier(
            classifier, read_pairs(train), read_pairs(validation), params, seed, checkpoint
        )
    write_history(history, epochs)
    with new_folder(out) as folder:
        description = models.describe(classifier.network, params)
        classifier.save(folder, models.card("fusion", description, classifier, params))
    return f"{told(epochs)} -> {out}/"


if __name__ == "__main__":
    run(main)
