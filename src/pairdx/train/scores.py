"""How good a model is after an epoch. Shapes: ``N`` pairs, ``K`` classes."""

from sklearn.metrics import f1_score
from torch import Tensor
from torch.nn import functional

from pairdx.schema import LABELS

EVALUATION_BATCH = 128


def validation_scores(logits: Tensor, targets: Tensor) -> dict[str, float]:
    """Score ``(N, K)`` logits; macro-F1 counts all six classes."""
    predicted = logits.argmax(1)
    macro_f1 = f1_score(
        targets, predicted, labels=range(len(LABELS)), average="macro", zero_division=0.0
    )
    return {
        "validation_loss": round(functional.cross_entropy(logits.float(), targets).item(), 6),
        "validation_macro_f1": round(float(macro_f1), 6),
    }
