"""finetune_clip: the zero-shot CLIP, fully fine-tuned -> models/pairdx_clip."""

from pathlib import Path

from pairdx.data.store import read_pairs
from pairdx.models import clip
from pairdx.models.card import ModelCard
from pairdx.models.clip_folder import CONFIG, WEIGHTS
from pairdx.outputs import new_folder
from pairdx.params.base import load_seed
from pairdx.params.pairdx_clip import PairDxClipParams
from pairdx.stage import run
from pairdx.train.checkpoint import Checkpoint, fingerprint
from pairdx.train.clip import finetune_clip
from pairdx.train.history import write_history
from pairdx.train.timing import write_seconds


def main(*, pairs: Path, start: Path, out: Path, history: Path, timing: Path) -> None:
    """Fine-tune both encoders of the model in the folder `start`."""
    params, seed = PairDxClipParams.load(), load_seed()
    train, validation = pairs / "train.parquet", pairs / "validation.parquet"
    classifier = clip.ClipClassifier.load(start, ModelCard.load(start))
    settings = {"seed": seed, **params.model_dump()}
    files = [train, validation, start / CONFIG, start / WEIGHTS]
    checkpoint = Checkpoint("pairdx_clip", fingerprint(settings, files))
    with write_seconds(timing):
        epochs = finetune_clip(
            classifier, read_pairs(train), read_pairs(validation), params, seed, checkpoint
        )
    write_history(history, epochs)
    with new_folder(out) as folder:
        description = f"{ModelCard.load(start).description}, fully fine-tuned"
        card = clip.card("pairdx_clip", description, classifier, trained=True)
        classifier.save(folder, card, home=out)


if __name__ == "__main__":
    run(main)
