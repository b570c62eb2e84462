"""The ways in which a CLIP learns the classes: all its weights, low-rank updates, or a probe."""

from pairdx.data.store import Pairs
from pairdx.models.clip import ClipClassifier
from pairdx.models.lora import lora
from pairdx.models.towers import transformer_clip
from pairdx.params.pairdx_clip import PairDxClipParams
from pairdx.train.checkpoint import Checkpoint
from pairdx.train.clip import finetune_clip
from pairdx.train.loop import History
from pairdx.train.probe import train_probe


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
