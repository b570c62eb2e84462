"""Fine-tuning a whole CLIP model: PairDxCLIP (PairDx paper, section 3.4)."""

import torch
from torch import Tensor
from torch.optim import AdamW

from pairdx.models.clip.clip import ClipClassifier
from pairdx.models.clip.towers import towers
from pairdx.pairs.augment import Augment
from pairdx.pairs.store import Pairs
from pairdx.training.clip.groups import caption_groups
from pairdx.training.clip.objectives import (
    clamp_logit_scale,
    multi_positive_contrastive,
    prompt_cross_entropy,
)
from pairdx.training.clip.params import ClipTrainingParams
from pairdx.training.common.checkpoint import Checkpoint
from pairdx.training.common.feed import Images
from pairdx.training.common.loop import History, Recipe, fit
from pairdx.training.common.placement import place, take
from pairdx.training.common.processes import spread
from pairdx.training.common.validation import (
    EVALUATION_BATCH,
    precision_both_ways,
    validation_scores,
)


class ClipTask:
    """Both encoders learn: from class prompts, or from the captions of the pairs."""

    def __init__(
        self, clip: ClipClassifier, train: Pairs, validation: Pairs, params: ClipTrainingParams
    ) -> None:
        self.model = clip.model
        self.rows, self.validation_rows = len(train), len(validation)
        self.slow_parts = towers(clip.model)
        self._clip = clip
        self._objective = params.objective
        self._augment = Augment(params.augmentation)
        self._validation_targets = validation.targets
        self._train_images = Images(train.images, clip.image_input)
        self._validation_images = Images(validation.images, clip.image_input)
        self._targets, self._groups = place(train.targets), place(caption_groups(train))
        self._tokens = self._validation_tokens = torch.empty(0)
        if params.objective == "captions":
            self._tokens = place(clip.tokenizer(train.captions))
            self._validation_tokens = place(clip.tokenizer(validation.captions))

    def prefetch(self, batches: list[Tensor]) -> None:
        """See :class:`pairdx.training.common.loop.Task`."""
        self._train_images.prefetch(batches)

    def loss(self, rows: Tensor) -> Tensor:
        """See :class:`pairdx.training.common.loop.Task`."""
        images = spread(self._embed_images, rows)
        scale = self.model.logit_scale.exp()  # type: ignore[operator]
        if self._objective == "prompts":
            targets = take(self._targets, rows)
            return prompt_cross_entropy(images, self._clip.encode_prompts(), scale, targets)
        captions = spread(self._embed_captions, rows)
        return multi_positive_contrastive(images, captions, scale, take(self._groups, rows))

    def _embed_images(self, rows: Tensor) -> Tensor:
        return self._clip.encode_images(self._augment(self._train_images.take(rows)))

    def _embed_captions(self, rows: Tensor) -> Tensor:
        return self._clip.encode_tokens(take(self._tokens, rows))

    def after_step(self) -> None:
        """Keep the temperature within the range CLIP was trained in."""
        clamp_logit_scale(self.model.logit_scale)  # type: ignore[arg-type]

    @torch.inference_mode()
    def validate(self) -> dict[str, float]:
        """Score the validation images against the prompts; and against captions that were learnt.

        What was trained on captions may know nothing of the prompts: its epoch is chosen by how
        well images and captions find each other.
        """
        self.model.eval()
        parts = self._validation_images.batches(EVALUATION_BATCH)
        images = torch.cat([spread(self._clip.encode_images, part) for part in parts])  # (N, E)
        scale, targets = self.model.logit_scale.exp(), self._validation_targets  # type: ignore[operator]
        logits = scale * images @ self._clip.encode_prompts().T
        scores = validation_scores(logits.cpu(), targets)
        if self._objective == "captions":
            captions = self._clip.encode_tokens(self._validation_tokens)
            scores["validation_p_at_5"] = precision_both_ways(images, captions, targets)
        return scores


def finetune_clip(
    clip: ClipClassifier,
    train: Pairs,
    validation: Pairs,
    params: ClipTrainingParams,
    seed: int,
    checkpoint: Checkpoint,
) -> History:
    """Train the weights that are not frozen, with AdamW at a constant rate."""
    torch.manual_seed(seed)
    task = ClipTask(clip, train, validation, params)
    recipe = Recipe.of(params, params.epochs, params.clip_gradient)
    optimizer = AdamW(
        [weight for weight in clip.model.parameters() if weight.requires_grad],
        lr=params.lr,
        weight_decay=params.weight_decay,
        # The values CLIP itself was trained with; Adam's own epsilon overflows in half precision.
        betas=(0.9, 0.98),
        eps=1e-6,
        fused=True,
    )
    return fit(task, recipe, optimizer, None, checkpoint)
