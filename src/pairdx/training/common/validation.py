"""How good a model is after an epoch. Shapes: ``N`` pairs, ``K`` classes."""

import numpy as np
from torch import Tensor
from torch.nn import functional

from pairdx.statistics.scores.classification import confusion, macro_f1
from pairdx.statistics.scores.ranking import precision_at

EVALUATION_BATCH = 128


def validation_scores(logits: Tensor, targets: Tensor) -> dict[str, float]:
    """Score ``(N, K)`` logits, by the macro-F1 that the test split is scored by."""
    actual, predicted = targets.numpy(), logits.argmax(1).numpy()
    score = float(macro_f1(confusion(np.ones((1, len(actual))), actual, predicted))[0])
    return {
        "validation_loss": round(functional.cross_entropy(logits.float(), targets).item(), 6),
        "validation_macro_f1": round(score, 6),
    }


def precision_both_ways(images: Tensor, captions: Tensor, targets: Tensor) -> float:
    """Precision at 5 by class, the mean of finding images by captions and captions by images.

    Args:
        images: unit embeddings, ``(N, E)``.
        captions: likewise of the same pairs.
        targets: their classes, ``(N,)``.
    """
    # In double precision: half of it would make ties of what lies close.
    values = (images.double() @ captions.double().T).cpu().numpy()
    hit = (targets[:, None] == targets).numpy()
    return round(float(np.mean([precision_at(5, values.T, hit), precision_at(5, values, hit)])), 6)
