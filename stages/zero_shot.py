"""zero_shot@clip_zero_shot, @biomedclip_zero_shot: a published CLIP model with its prompts.

The model is saved as it came, so that DVC pins its bytes and every later stage starts from them.
"""

from enum import StrEnum
from pathlib import Path

from pairdx.core.outputs import new_folder
from pairdx.core.params import load_seed
from pairdx.core.stage import run
from pairdx.models.clip import clip
from pairdx.models.clip.params import BiomedClipZeroShotParams, ClipZeroShotParams
from pairdx.models.weights import registry as weights
from pairdx.models.weights.fetch import obtain
from pairdx.models.weights.registry import WeightsParams


class Name(StrEnum):
    """The zero-shot models; each has a params section of its name."""

    clip_zero_shot = "clip_zero_shot"
    biomedclip_zero_shot = "biomedclip_zero_shot"


def main(*, name: Name, out: Path) -> None:
    """Fetch (or, where params say so, draw) a CLIP model and attach the class prompts."""
    biomed = name is Name.biomedclip_zero_shot
    params = (BiomedClipZeroShotParams if biomed else ClipZeroShotParams).load()
    registered = weights.of_clip(params.model, params.pretrained)
    fetched = obtain(registered, WeightsParams.load().folder) if registered else None
    classifier = clip.ClipClassifier.create(params, load_seed(), fetched)
    with new_folder(out) as folder:
        card = clip.card(name.value, params.model, classifier, trained=not params.untrained)
        classifier.save(folder, card, home=out)


if __name__ == "__main__":
    run(main)
