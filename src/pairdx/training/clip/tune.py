"""The ways in which a CLIP learns the classes: all its weights, low-rank updates, or a probe."""

from pairdx.models.clip.clip import ClipClassifier
from pairdx.models.clip.towers import transformer_clip
from pairdx.pairs.store import Pairs
from pairdx.training.clip.clip import finetune_clip
from pairdx.training.clip.lora import lora
from pairdx.training.clip.params import PairDxClipParams
from pairdx.training.clip.probe import train_probe
from pairdx.training.common.checkpoint import Checkpoint
from pairdx.training.common.loop import History


def tune_clip(
    clip: ClipClassifier,
    train: Pairs,
    validation: Pairs,
    params: PairDxClipParams,
    seed: int,
    checkpoint: Checkpoint,
) -> tuple[ClipClassifier, History]:
    """Tune ``clip``, whose weights may change in place, and return what came of it.

    Raises:
        PairdxError: it has no transformers that LoRA could update, or peft is not there.
    """
    match params.tune:
        case "probe":
            return train_probe(clip, train, validation, params, seed, checkpoint)
        case "lora":
            model = transformer_clip(clip.model, "pairdx_clip.tune = 'lora'")
            with lora(model, params.lora_rank, seed):
                history = finetune_clip(clip, train, validation, params, seed, checkpoint)
            return clip, history
    return clip, finetune_clip(clip, train, validation, params, seed, checkpoint)
