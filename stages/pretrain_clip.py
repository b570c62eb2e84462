"""pretrain_clip: a small CLIP, trained on curated pairs outside PairDx -> bases/small_clip."""

from pathlib import Path

from pairdx.core.outputs import new_folder
from pairdx.core.params import load_seed
from pairdx.core.stage import run
from pairdx.models.clip import clip
from pairdx.models.clip.params import ZeroShotParams
from pairdx.pairs.store import read_pairs
from pairdx.training.clip.params import PretrainClipParams
from pairdx.training.clip.pretrain import pretrain_clip
from pairdx.training.clip.unused_pairs import read_outside
from pairdx.training.common.checkpoint import Checkpoint, fingerprint
from pairdx.training.common.processes import together


@together()
def main(*, scrubbed: Path, pairs: Path, out: Path) -> str:
    """Train a CLIP from random weights; `epochs: 0` draws them and reads no image."""
    params, seed = PretrainClipParams.load(), load_seed()
    prompts = ZeroShotParams.load().prompts("clip")
    start = clip.ClipClassifier.untrained(params.model, prompts, seed)
    trained = False
    if params.epochs:
        files = [scrubbed, *sorted(pairs.glob("*.parquet"))]
        settings = {"seed": seed, "prompts": prompts, "config": start.config, **params.model_dump()}
        checkpoint = Checkpoint(out.name, fingerprint(settings, files))
        corpus = read_outside(scrubbed, pairs)
        validation = read_pairs(pairs / "validation.parquet")
        trained = pretrain_clip(start, corpus, validation, params, seed, checkpoint)
    how = "pre-trained on pairs outside PairDx" if trained else "random weights"
    with new_folder(out) as folder:
        start.save(folder, clip.card(out.name, f"{params.model}, {how}", start, trained))
    return f"{how} -> {out}/"


if __name__ == "__main__":
    run(main)
