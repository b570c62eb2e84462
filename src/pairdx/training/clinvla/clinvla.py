"""Training ClinVLA's adapters: the alignment first, then, with others, the classes."""

from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.optim import AdamW

from pairdx.models.clinvla.adapters import ClinVlaAdapters
from pairdx.models.clinvla.clinvla import ClinVla
from pairdx.models.clinvla.params import ClinVlaParams
from pairdx.pairs.augment import Augment
from pairdx.pairs.store import Pairs
from pairdx.training.clinvla.alignment import AlignmentTask, DecodedPairs
from pairdx.training.clip.objectives import prompt_cross_entropy
from pairdx.training.common.checkpoint import Checkpoint
from pairdx.training.common.loop import History, Recipe, fit
from pairdx.training.common.placement import place, take
from pairdx.training.common.processes import spread
from pairdx.training.common.validation import EVALUATION_BATCH, validation_scores


class ClassificationTask:
    """Cross-entropy over the class prompts, by the task adapters that classify."""

    def __init__(
        self,
        clinvla: ClinVla,
        train: DecodedPairs,
        validation: DecodedPairs,
        params: ClinVlaParams,
    ) -> None:
        self.model: ClinVlaAdapters = clinvla.model.adapters
        self.rows, self.validation_rows = len(train), len(validation)
        self.slow_parts: list[nn.Module] = []  # of another length at each step
        self._clinvla = clinvla
        self._augment = Augment(params.augmentation)
        self._train_images, self._targets = train.images, place(train.pairs.targets)
        self._images, self._validation_targets = validation.images, validation.pairs.targets

    def prefetch(self, batches: list[Tensor]) -> None:
        """See :class:`pairdx.training.common.loop.Task`."""
        self._train_images.prefetch(batches)

    def loss(self, rows: Tensor) -> Tensor:
        """See :class:`pairdx.training.common.loop.Task`."""
        images = spread(self._embed_images, rows)
        prompts = self._clinvla.encode_prompts(self._clinvla.classify)
        targets = take(self._targets, rows)
        return prompt_cross_entropy(images, prompts, self.model.logit_scale.exp(), targets)

    def _embed_images(self, rows: Tensor) -> Tensor:
        images = self._augment(self._train_images.take(rows))
        return self._clinvla.encode_images(images, self._clinvla.classify)

    def after_step(self) -> None:
        """See :class:`pairdx.training.common.loop.Task`."""

    @torch.inference_mode()
    def validate(self) -> dict[str, float]:
        """See :class:`pairdx.training.common.loop.Task`."""
        self.model.eval()
        prompts = self._clinvla.encode_prompts(self._clinvla.classify)
        logits = [
            spread(lambda part: self._clinvla.logits(part, prompts, self._clinvla.classify), images)
            for images in self._images.batches(EVALUATION_BATCH)
        ]
        return validation_scores(torch.cat(logits).cpu(), self._validation_targets)


def new_clinvla(base: Path, params: ClinVlaParams, seed: int) -> ClinVla:
    """Put new adapters around the model in the folder ``base``.

    Raises:
        PairdxError: there is none, or adapters do not fit it.
    """
    torch.manual_seed(seed)
    return ClinVla.build(
        base,
        "alignment" if params.classify == "prompts" else "classification",
        bottleneck=params.bottleneck,
        reduction=params.reduction,
        patch_dropout=params.patch_dropout,
    )


def train_clinvla(
    clinvla: ClinVla,
    train: Pairs,
    validation: Pairs,
    params: ClinVlaParams,
    seed: int,
    checkpoint: Checkpoint,
) -> tuple[History, History]:
    """Train the adapters in place.

    Returns:
        the history of the alignment, and that of the classes; where these are told by prompts, with
        nothing to train, it is one row.
    """
    # Kept until the second part is done: a run that is killed there need not align again.
    first = replace(checkpoint, name=f"{checkpoint.name}_alignment")
    decoded = DecodedPairs.of(clinvla, train), DecodedPairs.of(clinvla, validation)
    torch.manual_seed(seed)
    alignment = AlignmentTask(clinvla, *decoded, params)
    aligned = fit(
        alignment, _recipe(params, params.epochs), align_only(clinvla, params), None, first, True
    )
    torch.manual_seed(seed)
    classes = ClassificationTask(clinvla, *decoded, params)
    if params.classify == "prompts":
        classified: History = [{"epoch": 0, **classes.validate()}]
    else:
        recipe = _recipe(params, params.classify_epochs)
        classified = fit(classes, recipe, classify_only(clinvla, params), None, checkpoint)
    first.remove()
    return aligned, classified


def align_only(clinvla: ClinVla, params: ClinVlaParams) -> AdamW:
    """Freeze the task adapters that classify, and optimise all the others."""
    adapters = clinvla.model.adapters
    groups = {params.lr_language: adapters.of_language()}
    groups[params.lr_task] = groups.get(params.lr_task, []) + adapters.of_task("alignment")
    return _optimizer(adapters, groups, params)


def classify_only(clinvla: ClinVla, params: ClinVlaParams) -> AdamW:
    """Start the task adapters that classify from the aligned ones, and optimise only them."""
    adapters = clinvla.model.adapters
    for tower in (adapters.vision, adapters.text):
        tower.task["classification"].load_state_dict(tower.task["alignment"].state_dict())
    return _optimizer(adapters, {params.lr_task: adapters.of_task("classification")}, params)


def _optimizer(
    adapters: ClinVlaAdapters, groups: dict[float, list[torch.nn.Parameter]], params: ClinVlaParams
) -> AdamW:
    adapters.requires_grad_(False)
    for weight in [weight for group in groups.values() for weight in group]:
        weight.requires_grad_(True)
    optimised = [{"params": weights, "lr": lr} for lr, weights in groups.items() if weights]
    return AdamW(optimised, weight_decay=params.weight_decay, fused=True)


def _recipe(params: ClinVlaParams, epochs: int) -> Recipe:
    return Recipe.of(params, epochs, params.clip_gradient)
