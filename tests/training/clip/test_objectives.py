import math

import pytest
import torch
from open_clip.loss import ClipLoss
from torch.nn import functional

from pairdx.training.clip.objectives import (
    clamp_logit_scale,
    multi_positive_contrastive,
    prompt_cross_entropy,
)

SCALE = torch.tensor(10.0)


def unit(rows, seed):
    values = torch.randn(rows, 8, generator=torch.Generator().manual_seed(seed))
    return functional.normalize(values, dim=-1)


def test_prompts_by_hand():
    images = torch.tensor([[1.0, 0], [0, 1]])
    prompts = torch.tensor([[1.0, 0], [0, 1], [-1, 0]])
    loss = prompt_cross_entropy(images, prompts, torch.tensor(2.0), torch.tensor([0, 2]))
    right = math.log(math.exp(2) + 1 + math.exp(-2)) - 2  # logits 2, 0, -2
    wrong = math.log(1 + math.exp(2) + 1)  # logits 0, 2, 0
    assert loss.item() == pytest.approx((right + wrong) / 2)


def test_images_of_one_class_are_no_negatives_of_each_other():
    """Ten images at their own prompt cost as little as one."""
    prompts = torch.eye(6)
    one, ten = (
        prompt_cross_entropy(prompts[:1].expand(n, 6), prompts, SCALE, torch.zeros(n).long())
        for n in (1, 10)
    )
    torch.testing.assert_close(one, ten)


def test_without_shared_captions_it_is_clips_own_loss():
    images, captions = unit(7, 1), unit(7, 2)
    ours = multi_positive_contrastive(images, captions, SCALE, torch.arange(7))
    torch.testing.assert_close(ours, ClipLoss()(images, captions, SCALE))


def test_groups_by_hand():
    """Two pairs share a caption, the third has its own."""
    images = torch.tensor([[1.0, 0], [0.6, 0.8], [0, 1]])
    captions = torch.tensor([[1.0, 0], [1, 0], [0, 1]])
    logits = [[1.0, 1, 0], [0.6, 0.6, 0.8], [0, 0, 1]]
    targets = [[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 1]]

    def cross_entropy(rows):
        losses = []
        for row, target in zip(rows, targets, strict=True):
            total = math.log(sum(map(math.exp, row)))
            losses.append(sum(t * (total - x) for t, x in zip(target, row, strict=True)))
        return sum(losses) / 3

    expected = (cross_entropy(logits) + cross_entropy(list(zip(*logits, strict=True)))) / 2
    groups = torch.tensor([5, 5, 9])
    loss = multi_positive_contrastive(images, captions, torch.tensor(1.0), groups)
    assert loss.item() == pytest.approx(expected)


def test_a_shared_caption_is_no_negative():
    """The same caption twice: each image may be as near to the other's caption as to its own."""
    images = torch.eye(3)[[0, 0, 1]]
    captions = torch.eye(3)[[0, 0, 1]]
    shared = torch.tensor([0, 0, 1])
    scale = torch.tensor(100.0, requires_grad=True)
    best = multi_positive_contrastive(images, captions, scale, shared)
    # Nothing is left but telling the two positives apart, which the target does not ask for.
    row = math.log(2)
    assert best.item() == pytest.approx(2 / 3 * row, abs=1e-6)

    near = images.clone().requires_grad_()
    multi_positive_contrastive(near, captions, torch.tensor(1.0), shared).backward()
    repelled = near.grad @ captions.T  # positive: a step down the gradient moves them apart
    assert repelled[0, 1] < 0
    assert repelled[0, 2] > 0


def test_the_order_of_a_batch_makes_no_difference():
    images, captions, groups = unit(6, 3), unit(6, 4), torch.tensor([0, 1, 1, 2, 2, 2])
    order = torch.tensor([3, 0, 5, 2, 4, 1])
    torch.testing.assert_close(
        multi_positive_contrastive(images, captions, SCALE, groups),
        multi_positive_contrastive(images[order], captions[order], SCALE, groups[order]),
    )


@pytest.mark.parametrize(("before", "after"), [(9.0, math.log(100)), (-1.0, 0.0), (2.0, 2.0)])
def test_the_temperature_stays_in_range(before, after):
    scale = torch.nn.Parameter(torch.tensor(before))
    clamp_logit_scale(scale)
    assert scale.item() == pytest.approx(after)
    assert scale.requires_grad
