"""Training PairDxFusion and its single-encoder baselines (PairDx paper, section 3.5)."""

import torch
from torch import Tensor
from torch.nn import functional
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR

from pairdx.data.images import Augment
from pairdx.data.store import Pairs
from pairdx.models.classifier import Classifier
from pairdx.models.fusion import Batch
from pairdx.models.predictor import device
from pairdx.params.training import ClassifierParams
from pairdx.train.checkpoint import Checkpoint
from pairdx.train.loop import History, Recipe, fit, steps
from pairdx.train.scores import EVALUATION_BATCH, validation_scores


class ClassifierTask:
    """Cross-entropy of the six classes over augmented images and captions as they are."""

    def __init__(
        self, classifier: Classifier, train: Pairs, validation: Pairs, params: ClassifierParams
    ) -> None:
        self.model = classifier.network
        self.rows = len(train)
        self._params = params
        self._image = classifier.inputs.image
        self._augment = Augment(params.augment)
        self._train = self._prepare(classifier, train)
        self._validation = self._prepare(classifier, validation)

    def loss(self, rows: Tensor) -> Tensor:
        """See :class:`pairdx.train.loop.Task`."""
        images, tokens, targets = self._train
        if images is not None:
            images = self._augment(images[rows])
        logits = self.model(self._batch(images, tokens if tokens is None else tokens[rows]))
        return functional.cross_entropy(
            logits, targets[rows].to(device()), label_smoothing=self._params.label_smoothing
        )

    def after_step(self) -> None:
        """See :class:`pairdx.train.loop.Task`."""

    @torch.inference_mode()
    def validate(self) -> dict[str, float]:
        """See :class:`pairdx.train.loop.Task`."""
        self.model.eval()
        images, tokens, targets = self._validation
        logits = torch.cat(
            [
                self.model(
                    self._batch(
                        *(part if part is None else part[rows] for part in (images, tokens))
                    )
                )
                for rows in torch.arange(len(targets)).split(EVALUATION_BATCH)
            ]
        ).cpu()
        return validation_scores(logits, targets)

    @staticmethod
    def _prepare(
        classifier: Classifier, pairs: Pairs
    ) -> tuple[Tensor | None, Tensor | None, Tensor]:
        """Decode and tokenise a split: uint8 images, token ids, targets."""
        image, vocabulary = classifier.inputs.image, classifier.inputs.vocabulary
        images = image.decode_all(pairs.images) if image else None
        tokens = vocabulary.encode(pairs.captions) if vocabulary else None
        return images, tokens, pairs.targets

    def _batch(self, images: Tensor | None, tokens: Tensor | None) -> Batch:
        where = device()
        if images is not None and self._image is not None:
            images = self._image.normalise(images.to(where))
        return Batch(images, tokens if tokens is None else tokens.to(where))


def train_classifier(
    classifier: Classifier,
    train: Pairs,
    validation: Pairs,
    params: ClassifierParams,
    seed: int,
    checkpoint: Checkpoint,
) -> History:
    """Train in place with AdamW and one cycle of the learning rate; keep the best epoch."""
    torch.manual_seed(seed)
    task = ClassifierTask(classifier, train, validation, params)
    recipe = Recipe(params.epochs, params.batch_size, params.precision)
    weights = [weight for weight in task.model.parameters() if weight.requires_grad]
    optimizer = AdamW(weights, lr=params.lr, weight_decay=params.weight_decay)
    scheduler = OneCycleLR(
        optimizer, params.lr, total_steps=steps(len(train), recipe), pct_start=params.warmup
    )
    return fit(task, recipe, optimizer, scheduler, checkpoint)
