"""pretrain_clip: a small CLIP, trained on curated pairs outside PairDx -> models/clip_base."""

from pathlib import Path

from pairdx.core.outputs import new_folder
from pairdx.core.params import load_seed
from pairdx.core.stage import run
from pairdx.models.clip import clip
from pairdx.models.common.card import ModelCard
from pairdx.pairs.store import read_pairs, to_pairs
from pairdx.training.clip.params import PretrainClipParams
from pairdx.training.clip.pretrain import pretrain_clip
from pairdx.training.clip.unused_pairs import read_outside
from pairdx.training.common.checkpoint import Checkpoint, fingerprint


def main(*, scrubbed: Path, pairs: Path, prompts: Path, out: Path) -> None:
    """Train a CLIP from random weights, with the class prompts of the model in `prompts`."""
    params, seed = PretrainClipParams.load(), load_seed()
    sentences = ModelCard.load(prompts).settings["prompts"]
    start = clip.ClipClassifier.untrained(params.model, sentences, seed)
    files = [scrubbed, *sorted(pairs.glob("*.parquet"))]
    checkpoint = Checkpoint("clip_base", fingerprint({"seed": seed, **params.model_dump()}, files))
    corpus = to_pairs(read_outside(scrubbed, pairs))
    validation = read_pairs(pairs / "validation.parquet")
    trained = pretrain_clip(start, corpus, validation, params, seed, checkpoint)
    how = "pre-trained on pairs outside PairDx" if trained else "random weights"
    with new_folder(out) as folder:
        card = clip.card("clip_base", f"{params.model}, {how}", start, trained)
        start.save(folder, card)


if __name__ == "__main__":
    run(main)
