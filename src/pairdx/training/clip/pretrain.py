"""The small CLIP from which PairDxCLIP and ClinVLA start where there is no published one."""

import logging

from pairdx.models.clip.clip import ClipClassifier
from pairdx.pairs.store import Pairs
from pairdx.training.clip.clip import finetune_clip
from pairdx.training.clip.params import PretrainClipParams
from pairdx.training.common.checkpoint import Checkpoint

log = logging.getLogger(__name__)


def pretrain_clip(
    classifier: ClipClassifier,
    corpus: Pairs,
    validation: Pairs,
    params: PretrainClipParams,
    seed: int,
    checkpoint: Checkpoint,
) -> bool:
    """Train random weights in place, or leave them where there is too little to learn from.

    Returns:
        whether they have learnt.
    """
    if params.epochs and len(corpus) >= params.batch_size:
        finetune_clip(classifier, corpus, validation, params, seed, checkpoint)
        return True
    if params.epochs:
        log.warning(
            "%d curated pairs are outside PairDx, and pretrain_clip.batch_size is %d: the small "
            "CLIP keeps random weights, and so do zero-shot CLIP and what starts from it. Name a "
            "published model in zero_shot.clip.model, or lower balance.cap_per_class",
            len(corpus),
            params.batch_size,
        )
    return False
