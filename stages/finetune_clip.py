"""finetune_clip: the zero-shot CLIP, fine-tuned -> models/pairdx_clip."""

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
from pairdx.train.history import write_history
from pairdx.train.timing import write_seconds
from pairdx.train.tune import tune_clip

HOW = {"full": "fully fine-tuned", "lora": "fine-tuned by LoRA", "probe": "with a linear probe"}


def main(*, pairs: Path, start: Path, out: Path, history: Path, timing: Path) -> None:
    """Fine-tune the model in the folder `start`, as `tune` says."""
    params, seed = PairDxClipParams.load(), load_seed()
    train, validation = pairs / "train.parquet", pairs / "validation.parquet"
    classifier = clip.ClipClassifier.load(start, ModelCard.load(start))
    settings = {"seed": seed, **params.model_dump()}
    files = [train, validation, start / CONFIG, start / WEIGHTS]
    checkpoint = Checkpoint("pairdx_clip", fingerprint(settings, files))
    with write_seconds(timing):
        tuned, epochs = tune_clip(
            classifier, read_pairs(train), read_pairs(validation), params, seed, checkpoint
        )
    write_history(history, epochs)
    with new_folder(out) as folder:
        description = f"{ModelCard.load(start).description}, {HOW[params.tune]}"
        card = clip.card("pairdx_clip", description, tuned, trained=True)
        tuned.save(folder, card, home=out)


if __name__ == "__main__":
    run(main)
