"""train_baselines@image_only, @caption_only: the encoders of fusion, each alone."""

from enum import StrEnum
from pathlib import Path

from pairdx.core.params import load_seed
from pairdx.core.stage import run
from pairdx.models.fusion.params import ClassifierParams
from pairdx.training.fusion.folder import Places, train_folder


class Name(StrEnum):
    """The baselines that are networks."""

    image_only = "image_only"
    caption_only = "caption_only"


def main(*, name: Name, pairs: Path, vectors: Path, out: Path, history: Path, timing: Path) -> str:
    """Train on the image alone or on the caption alone."""
    places, image = Places(pairs, vectors, out, history, timing), name is Name.image_only
    return train_folder(
        places, ClassifierParams.load(), load_seed(), image=image, caption=not image
    )


if __name__ == "__main__":
    run(main)
