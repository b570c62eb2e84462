"""A linear probe: one vector a class, on the embeddings of a frozen CLIP.

It starts from the prompts, so that before the first step it is the zero-shot model. Images are
embedded once and not augmented, which is what makes a probe cheap.

Shapes: ``N`` pairs, ``K`` classes, ``E`` width of the joint embedding.
"""

from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim import AdamW

from pairdx.models.clip.clip import ClipClassifier
from pairdx.models.common.predictor import device
from pairdx.pairs.store import Pairs
from pairdx.training.clip.objectives import prompt_cross_entropy
from pairdx.training.clip.params import ClipTrainingParams
from pairdx.training.common.checkpoint import Checkpoint
from pairdx.training.common.loop import History, Recipe, fit
from pairdx.training.common.placement import take
from pairdx.training.common.validation import validation_scores


class ClassVectors(nn.Module):
    """The vectors ``(K, E)``, as a module that the training loop can keep."""

    def __init__(self, start: Tensor) -> None:
        super().__init__()
        self.vectors = nn.Parameter(start.clone())


class ProbeTask:
    """Cross-entropy of the classes over fixed embeddings."""

    def __init__(self, clip: ClipClassifier, train: Pairs, validation: Pairs) -> None:
        with torch.inference_mode():
            start = clip.encode_prompts()
            self._scale = clip.model.logit_scale.exp().clone()  # type: ignore[operator]
        self.model = ClassVectors(start).to(device())
        self.rows, self.validation_rows = len(train), len(validation)
        self.slow_parts: list[nn.Module] = []
        self._train = torch.from_numpy(clip.embed_images(train.images))  # (N, E)
        self._validation = torch.from_numpy(clip.embed_images(validation.images))
        self._targets, self._validation_targets = train.targets, validation.targets

    def loss(self, rows: Tensor) -> Tensor:
        """See :class:`pairdx.training.common.loop.Task`."""
        images, targets = take(self._train, rows), take(self._targets, rows)
        vectors = functional.normalize(self.model.vectors, dim=-1)
        return prompt_cross_entropy(images, vectors, self._scale, targets)

    def prefetch(self, batches: list[Tensor]) -> None:
        """See :class:`pairdx.training.common.loop.Task`."""

    def after_step(self) -> None:
        """See :class:`pairdx.training.common.loop.Task`."""

    @torch.inference_mode()
    def validate(self) -> dict[str, float]:
        """See :class:`pairdx.training.common.loop.Task`."""
        vectors = functional.normalize(self.model.vectors, dim=-1)
        logits = self._scale * self._validation.to(device()) @ vectors.T
        return validation_scores(logits.cpu(), self._validation_targets)


def train_probe(
    clip: ClipClassifier,
    train: Pairs,
    validation: Pairs,
    params: ClipTrainingParams,
    seed: int,
    checkpoint: Checkpoint,
) -> tuple[ClipClassifier, History]:
    """Return the model with class vectors of its own."""
    torch.manual_seed(seed)
    task = ProbeTask(clip, train, validation)
    recipe = Recipe.of(params, params.epochs, params.clip_gradient)
    optimizer = AdamW(
        task.model.parameters(), lr=params.lr, weight_decay=params.weight_decay, fused=True
    )
    history = fit(task, recipe, optimizer, None, checkpoint)
    return replace(clip, class_vectors=task.model.vectors.detach()), history
