"""The local objective against a slow loop, and the literal ones by hand."""

import math

import pytest
import torch
from torch.nn import functional

from pairdx.training.clinvla.local_objective import (
    ATTENTION,
    MATCH,
    literal_global,
    literal_local,
    word_mask,
    word_region_similarity,
)

START, END = 90, 99


def unit(*shape, seed, dtype=torch.float32):
    generator = torch.Generator().manual_seed(seed)
    return functional.normalize(torch.randn(*shape, generator=generator, dtype=dtype), dim=-1)


def test_words_stand_between_start_and_end():
    tokens = torch.tensor([[START, 5, 6, END, 0], [START, END, 0, 0, 0], [START, 1, 2, 3, END]])
    assert word_mask(tokens).int().tolist() == [
        [0, 1, 1, 0, 0],
        [0, 1, 0, 0, 0],  # no word: the end token
        [0, 1, 1, 1, 0],
    ]


def slow(regions, words, scale):
    """One image, one caption: regions (R, E), words (T, E)."""
    by_region = []
    for region in regions:
        logits = [scale * float(region @ word) for word in words]
        total = sum(math.exp(x) for x in logits)
        by_region.append([math.exp(x) / total for x in logits])
    matches = []
    for t, word in enumerate(words):
        weights = [math.exp(ATTENTION * row[t]) for row in by_region]
        context = sum(w * region for w, region in zip(weights, regions, strict=True)) / sum(weights)
        matches.append(float(word @ context) / float(context.norm()))
    return math.log(sum(math.exp(MATCH * m) for m in matches) / len(matches))


def test_it_is_a_slow_loops():
    regions, words = unit(3, 5, 8, seed=1), unit(4, 7, 8, seed=2)
    present = torch.tensor(
        [[0, 1, 1, 1, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0], [0, 1, 1, 1, 1, 1, 0], [0, 0, 1, 1, 0, 0, 0]]
    ).bool()
    ours = word_region_similarity(regions, words, present, torch.tensor(9.0))
    theirs = [
        [slow(image, caption[there], 9.0) for caption, there in zip(words, present, strict=True)]
        for image in regions
    ]
    torch.testing.assert_close(ours, torch.tensor(theirs))


def test_the_length_of_a_caption_is_no_merit():
    regions, words = unit(1, 5, 8, seed=1), unit(1, 1, 8, seed=2)
    one = word_region_similarity(regions, words, torch.ones(1, 1).bool(), torch.tensor(0.0))
    six = word_region_similarity(
        regions, words.expand(1, 6, 8), torch.ones(1, 6).bool(), torch.tensor(0.0)
    )
    torch.testing.assert_close(one, six)


def test_gradients_match_finite_differences():
    regions = unit(2, 3, 4, seed=1, dtype=torch.float64).requires_grad_()
    words = unit(2, 4, 4, seed=2, dtype=torch.float64).requires_grad_()
    present = torch.tensor([[0, 1, 1, 0], [0, 1, 0, 0]]).bool()
    scale = torch.tensor(3.0, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(
        lambda r, w, s: word_region_similarity(r, w, present, s), (regions, words, scale)
    )


def test_the_literal_objectives_by_hand():
    images = torch.tensor([[3.0, 0], [0, 2]])
    captions = torch.tensor([[1.0, 0], [1, 0]])
    assert literal_global(images, captions).item() == pytest.approx((0 + 1) / 2)
    regions = torch.tensor([[[1.0, 0], [0, 1], [1, 0]]])  # three regions, two words
    words = torch.tensor([[[9.0, 9], [2, 0], [1, 0], [7, 7], [7, 7]]])
    present = torch.tensor([[False, True, True, False, False]])
    assert literal_local(regions, words, present).item() == pytest.approx((0 + 1) / 2)


def test_one_point_is_the_literal_objectives_optimum():
    """What makes it collapse: nothing tells the pairs of a batch apart."""
    point = torch.ones(4, 8)
    assert literal_global(point, point).item() == pytest.approx(0, abs=1e-6)
    parts = torch.ones(4, 5, 8)
    assert literal_local(parts, parts, torch.ones(4, 5).bool()).item() == pytest.approx(0, abs=1e-6)
