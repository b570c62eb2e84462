"""The losses. Shapes: ``B`` batch, ``K`` classes, ``E`` width of the joint embedding."""

import torch
from torch import Tensor
from torch.nn import functional


def prompt_cross_entropy(
    images: Tensor, prompts: Tensor, logit_scale: Tensor, targets: Tensor
) -> Tensor:
    """Cross-entropy of the classes, whose weights are the prompts' embeddings.

    The PairDx paper (section 3.4) names cross-entropy. Contrasting each image with the prompts of
    its batch instead would call every other image of the same class a negative.

    Args:
        images: unit embeddings ``(B, E)``.
        prompts: unit embeddings ``(K, E)``.
        logit_scale: inverse temperature, a scalar.
        targets: class numbers ``(B,)``.
    """
    return functional.cross_entropy(logit_scale * images @ prompts.T, targets)


def multi_positive_contrastive(
    images: Tensor, captions: Tensor, logit_scale: Tensor, groups: Tensor
) -> Tensor:
    """Symmetric InfoNCE in which every caption of the same group is a positive.

    Sub-figures of one figure speak of the same finding: with one positive a row, those whose
    captions differ would be each other's negatives. (Where captions are equal to the letter, so
    are their embeddings, and the loss is that of one positive a row.) The target is uniform over
    the positives (SupCon, Khosla et al. 2020, the "out" form).

    Args:
        images: unit embeddings ``(B, E)``.
        captions: unit embeddings ``(B, E)``.
        logit_scale: inverse temperature, a scalar.
        groups: pairs with equal numbers are positives of each other, ``(B,)``.
    """
    return contrast(logit_scale * images @ captions.T, groups)


def contrast(logits: Tensor, groups: Tensor) -> Tensor:
    """Symmetric cross-entropy of images against captions ``(B, B)``, uniform over a group."""
    positive = (groups[:, None] == groups[None, :]).to(logits.dtype)
    target = positive / positive.sum(1, keepdim=True)  # symmetric: a group's rows are alike
    return (
        functional.cross_entropy(logits, target) + functional.cross_entropy(logits.T, target)
    ) / 2


def clamp_logit_scale(logit_scale: Tensor, maximum: float = 100.0) -> None:
    """Keep ``exp(logit_scale)`` within ``[1, maximum]``, as CLIP was trained."""
    with torch.no_grad():
        logit_scale.clamp_(0, torch.tensor(maximum).log().item())
