"""How well the words of a caption fit the regions of an image: GLoRIA's local alignment.

Huang et al. 2021 ("GLoRIA", section 3.3). Each word looks for its regions, and is compared with
what it finds. Changed: embeddings are those CLIP's projection gives, on the unit sphere, and the
first softmax has CLIP's own temperature, at which its cosines mean something; words are averaged,
not summed, as a sum grows with the length of the caption and not with how well it fits.

Shapes: ``I`` images, ``C`` captions, ``R`` regions, ``T`` tokens, ``E`` width of the embedding.
"""

import torch
from torch import Tensor
from torch.nn import functional

# GLoRIA's temperatures: of a word's attention, of its match, of the contrast.
ATTENTION, MATCH, CONTRAST = 4.0, 5.0, 10.0


def word_mask(tokens: Tensor) -> Tensor:
    """Where the words of CLIP's token ids ``(C, T)`` are, ``(C, T)``.

    They stand between the start and the end token, which has the highest id. A caption without a
    word is represented by its end token.
    """
    end = tokens.argmax(1, keepdim=True)  # (C, 1)
    place = torch.arange(tokens.shape[1], device=tokens.device)  # (T,)
    words = (place > 0) & (place < end)
    return words | ((place == end) & ~words.any(1, keepdim=True))


def word_region_similarity(
    regions: Tensor, words: Tensor, present: Tensor, logit_scale: Tensor
) -> Tensor:
    """Compare every image with every caption by their parts, ``(I, C)``.

    Args:
        regions: unit embeddings ``(I, R, E)``.
        words: unit embeddings ``(C, T, E)``.
        present: which tokens are words, ``(C, T)``.
        logit_scale: inverse temperature, a scalar.
    """
    cosine = torch.einsum("ire,cte->icrt", regions, words)
    absent = ~present[:, None, :]  # (C, 1, T)
    attention = (logit_scale * cosine).masked_fill(absent, -torch.inf).softmax(-1)  # over words
    attention = (ATTENTION * attention).softmax(-2)  # over regions
    # A word's context is the mean of the regions under its attention. Its length follows from the
    # regions' products: the contexts themselves would take E times the memory.
    products = regions @ regions.mT  # (I, R, R)
    length = (attention * torch.einsum("irs,icst->icrt", products, attention)).sum(-2).sqrt()
    match = (attention * cosine).sum(-2) / length.clamp(min=1e-6)  # (I, C, T)
    total = (MATCH * match).masked_fill(~present, -torch.inf).logsumexp(-1)  # (I, C)
    return total - present.sum(-1).log()


def literal_global(images: Tensor, captions: Tensor) -> Tensor:
    """ClinVLA's equation as printed: one minus the cosine of each pair ``(B, E)``, no negatives."""
    return (1 - functional.cosine_similarity(images, captions)).mean()


def literal_local(regions: Tensor, words: Tensor, present: Tensor) -> Tensor:
    """ClinVLA's equation as printed: the i-th region ``(B, R, E)`` with the i-th word.

    The paper does not say which region and which piece of text belong together.

    Args:
        regions: embeddings ``(B, R, E)``.
        words: embeddings ``(B, T, E)``, the start token first.
        present: which tokens are words, ``(B, T)``.
    """
    count = min(regions.shape[1], words.shape[1] - 1)
    words, present = words[:, 1 : count + 1], present[:, 1 : count + 1]
    loss = 1 - functional.cosine_similarity(regions[:, :count], words, dim=-1)  # (B, count)
    return (loss * present).sum() / present.sum().clamp(min=1)
