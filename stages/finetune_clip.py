"""finetune_clip: the zero-shot CLIP, fine-tuned -> models/pairdx_clip."""

from pathlib import Path

from pairdx.core.outputs import new_folder
from pairdx.core.params import load_seed
from pairdx.core.stage import run
from pairdx.models.clip import clip
from pairdx.models.common.card import ModelCard
from pairdx.pairs.store import read_pairs
from pairdx.training.clip.params import PairDxClipParams
from pairdx.training.clip.tune import tune_clip
from pairdx.training.common.checkpoint import Checkpoint, fingerprint
from pairdx.training.common.processes import together
from pairdx.training.common.record import told, write_history, write_seconds

HOW = {"full": "fully fine-tuned", "lora": "fine-tuned by LoRA", "probe": "with a linear probe"}


@together()
def main(*, pairs: Path, start: Path, out: Path, history: Path, timing: Path) -> str:
    """Fine-tune the model in the folder `start`, as `tune` says."""
    params, seed = PairDxClipParams.load(), load_seed()
    train, validation = pairs / "train.parquet", pairs / "validation.parquet"
    classifier = clip.ClipClassifier.load(start, ModelCard.load(start))
    settings = {"seed": seed, **params.model_dump()}
    files = [train, validation, *sorted(start.iterdir())]
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
    return f"{HOW[params.tune]}, {told(epochs)} -> {out}/"


if __name__ == "__main__":
    run(main)
