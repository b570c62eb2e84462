"""train_fusion: pairs and word vectors -> models/fusion."""

from pathlib import Path

from pairdx.core.params import load_seed
from pairdx.core.stage import run
from pairdx.models.fusion.params import FusionParams
from pairdx.training.fusion.folder import Places, train_folder


def main(*, pairs: Path, vectors: Path, out: Path, history: Path, timing: Path) -> str:
    """Train PairDxFusion on image and caption."""
    places = Places(pairs, vectors, out, history, timing)
    return train_folder(places, FusionParams.load(), load_seed(), image=True, caption=True)


if __name__ == "__main__":
    run(main)
