"""Training PairDxFusion and its single-encoder baselines (PairDx paper, section 3.5)."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer
from torch.optim.lr_scheduler import OneCycleLR

from pairdx.core.schema import LABELS
from pairdx.models.common.predictor import device
from pairdx.models.fusion.fusion import Classifier
from pairdx.models.fusion.network import Batch
from pairdx.models.fusion.params import ClassifierParams
from pairdx.pairs.augment import Augment
from pairdx.pairs.store import Pairs
from pairdx.training.common.checkpoint import Checkpoint
from pairdx.training.common.feed import Images
from pairdx.training.common.loop import History, Recipe, fit, steps
from pairdx.training.common.placement import place, take
from pairdx.training.common.processes import part_of, spread
from pairdx.training.common.validation import EVALUATION_BATCH, validation_scores


@dataclass(frozen=True)
class _Split:
    """What a model reads of a split: its images, and its tokens ``(N, T)``."""

    images: Images | None
    tokens: Tensor | None


class ClassifierTask:
    """Cross-entropy of the six classes over augmented images and captions as they are."""

    def __init__(
        self, classifier: Classifier, train: Pairs, validation: Pairs, params: ClassifierParams
    ) -> None:
        self.model = classifier.network
        if device().type == "cuda":  # where convolutions are faster so
            self.model.to(memory_format=torch.channels_last)
        elif self.model.image is not None:
            self.model.image.use_channels_last()
        self.rows, self.validation_rows = len(train), len(validation)
        self.slow_parts = [self.model]
        self._classifier = classifier
        self._augment = Augment(params.augmentation)
        self._loss = nn.CrossEntropyLoss(
            class_weights(train.targets) if params.class_weights == "balanced" else None,
            label_smoothing=params.label_smoothing,
        ).to(device())
        self._train, self._train_targets = self._encode(train), place(train.targets)
        self._validation, self._validation_targets = self._encode(validation), validation.targets

    def prefetch(self, batches: list[Tensor]) -> None:
        """See :class:`pairdx.training.common.loop.Task`."""
        if self._train.images is not None:
            self._train.images.prefetch(batches)

    def loss(self, rows: Tensor) -> Tensor:
        """See :class:`pairdx.training.common.loop.Task`."""
        return self.cost(spread(lambda part: self.model(self.batch(part)), rows), rows)

    def batch(self, rows: Tensor) -> Batch:
        """Take training pairs, their images augmented."""
        return self._take(self._train, rows, self._augment)

    def cost(self, logits: Tensor, rows: Tensor) -> Tensor:
        """Return the mean loss of these training pairs, from their logits ``(B, K)``."""
        return self._loss(logits, take(self._train_targets, rows))

    def after_step(self) -> None:
        """See :class:`pairdx.training.common.loop.Task`."""

    @torch.inference_mode()
    def validate(self) -> dict[str, float]:
        """See :class:`pairdx.training.common.loop.Task`."""
        self.model.eval()
        parts = torch.arange(self.validation_rows).split(EVALUATION_BATCH)
        if self._validation.images is not None:
            self._validation.images.prefetch([part_of(rows) for rows in parts])
        logits = [spread(self._validation_logits, rows) for rows in parts]
        return validation_scores(torch.cat(logits).cpu(), self._validation_targets)

    def _validation_logits(self, rows: Tensor) -> Tensor:
        return self._classifier.logits(self._take(self._validation, rows))

    def _encode(self, pairs: Pairs) -> _Split:
        """Decode and tokenise a whole split; its images stay uint8 until they are used."""
        image, vocabulary = self._classifier.inputs.image, self._classifier.inputs.vocabulary
        return _Split(
            Images(pairs.images, image) if image else None,
            place(vocabulary.encode(pairs.captions)) if vocabulary else None,
        )

    def _take(
        self,
        split: _Split,
        rows: Tensor,
        change: Callable[[Tensor], Tensor] = lambda images: images,
    ) -> Batch:
        """Take some rows of an encoded split, with ``change`` made to their uint8 images."""
        images = tokens = None
        if split.images is not None and self._classifier.inputs.image is not None:
            changed = change(split.images.take(rows))
            images = self._classifier.inputs.image.normalise(changed)
            if images.is_cuda:
                images = images.contiguous(memory_format=torch.channels_last)
        if split.tokens is not None:
            tokens = take(split.tokens, rows)
        return Batch(images, tokens)


def class_weights(targets: Tensor) -> Tensor:
    """Weigh each class ``(K,)`` by how rare it is among ``targets`` ``(N,)``; the mean row is 1."""
    counts = torch.bincount(targets, minlength=len(LABELS))
    return len(targets) / (len(LABELS) * counts.clamp(min=1))


def train_classifier(
    classifier: Classifier,
    train: Pairs,
    validation: Pairs,
    params: ClassifierParams,
    seed: int,
    checkpoint: Checkpoint,
) -> History:
    """Train in place, from a seed."""
    torch.manual_seed(seed)
    return train_task(ClassifierTask(classifier, train, validation, params), params, checkpoint)


def train_task(task: ClassifierTask, params: ClassifierParams, checkpoint: Checkpoint) -> History:
    """Train the task's network with AdamW and one cycle of the learning rate."""
    recipe = Recipe.of(params, params.epochs)
    weights = [weight for weight in task.model.parameters() if weight.requires_grad]
    optimizer = AdamW(weights, lr=params.lr, weight_decay=params.weight_decay, fused=True)
    scheduler = one_cycle(optimizer, params, steps(task.rows, recipe))
    return fit(task, recipe, optimizer, scheduler, checkpoint)


def one_cycle(optimizer: Optimizer, params: ClassifierParams, total: int) -> OneCycleLR:
    """Raise the learning rate and let it fall once in ``total`` steps."""
    # OneCycleLR divides by zero where the rise is exactly one step.
    warmup = params.warmup + (1e-9 if params.warmup * total == 1 else 0)
    return OneCycleLR(optimizer, params.lr, total_steps=total, pct_start=warmup)
