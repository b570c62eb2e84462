"""zero_shot@key: a published CLIP model with the sentences of the six classes.

The model is saved as it came, so that DVC pins its bytes and every later stage starts from them.
"""

from pathlib import Path

from pairdx.core.outputs import new_folder
from pairdx.core.params import load_seed
from pairdx.core.stage import run
from pairdx.models.clip import clip
from pairdx.models.clip.params import ZeroShotParams
from pairdx.models.weights import registry
from pairdx.models.weights.fetch import obtain
from pairdx.models.weights.registry import WeightsParams


def main(*, name: str, out: Path) -> str:
    """Fetch (or, where params say so, draw) a CLIP model and attach the class prompts."""
    zero_shot = ZeroShotParams.load()
    params, prompts = zero_shot.named(name), zero_shot.prompts(name)
    registered = registry.of_clip(params.model, params.pretrained)
    fetched = obtain(registered, WeightsParams.load().folder) if registered else None
    classifier = clip.ClipClassifier.create(params, prompts, load_seed(), fetched)
    trained = clip.has_learned(params)
    with new_folder(out) as folder:
        card = clip.card(out.name, params.model, classifier, trained=trained)
        classifier.save(folder, card, home=out)
    return f"{params.model}{'' if trained else ' with random weights'} -> {out}/"


if __name__ == "__main__":
    run(main)
