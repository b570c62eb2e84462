"""Deletion and insertion against curves worked out by hand."""

import numpy as np
import pytest
import torch
from sklearn.metrics import auc

from pairdx.evidence.explanation.deletion import area, curves, image_probability, removed
from pairdx.models.common.explainable import ImageModel
from pairdx.pairs.images import ImageInput


def additive(worths):
    """A model whose probability is the sum of the worths of the units that are there."""
    return lambda gone: (~gone) @ np.asarray(worths)


def test_removed_by_hand():
    gone = removed(np.array([2, 0, 1]), 3)
    assert gone.tolist() == [
        [False, False, False],
        [False, False, True],
        [True, False, True],
        [True, True, True],
    ]


def test_steps_need_not_divide_the_units():
    assert removed(np.arange(5), 2).sum(1).tolist() == [0, 3, 5]  # 2.5 goes up
    assert removed(np.arange(1), 4).sum(1).tolist() == [0, 0, 1, 1, 1]
    assert removed(np.arange(64), 5).sum(1).tolist() == [0, 13, 26, 38, 51, 64]


def test_curves_of_the_true_order_by_hand():
    worths = [0.1, 0.5, 0.3, 0.0]
    found = curves(additive(worths), np.array(worths), 4, 1, np.random.default_rng(0))
    np.testing.assert_allclose(found.deletion, [0.9, 0.4, 0.1, 0.0, 0.0])
    np.testing.assert_allclose(found.insertion, [0.0, 0.5, 0.8, 0.9, 0.9])


def test_the_opposite_order_swaps_deletion_and_insertion():
    worths = np.array([0.1, 0.5, 0.3, 0.05])
    true, opposite = (
        curves(additive(worths), weights, 4, 1, np.random.default_rng(0))
        for weights in (worths, -worths)
    )
    np.testing.assert_allclose(opposite.deletion, true.insertion[::-1])
    np.testing.assert_allclose(opposite.insertion, true.deletion[::-1])


def test_random_orders_are_their_mean():
    worths = np.array([0.4, 0.3, 0.2, 0.1])
    found = curves(additive(worths), worths, 4, 3, np.random.default_rng(5))
    generator, traces = np.random.default_rng(5), []
    for _ in range(3):
        order = generator.permutation(4)
        traces.append([1 - worths[order[:step]].sum() for step in range(5)])
    np.testing.assert_allclose(found.random, np.mean(traces, 0))


def test_many_random_orders_of_an_additive_model_fall_along_a_line():
    worths = np.array([0.7, 0.1, 0.1, 0.1])
    found = curves(additive(worths), worths, 4, 4000, np.random.default_rng(0))
    np.testing.assert_allclose(found.random, [1, 0.75, 0.5, 0.25, 0], atol=0.02)
    assert area(found.deletion) < area(found.random) < area(found.insertion)


def test_equal_weights_keep_their_order():
    seen = []

    def probability(gone):
        seen.append(gone)
        return np.zeros(len(gone))

    curves(probability, np.zeros(3), 3, 1, np.random.default_rng(0))
    assert seen[0][2:4].tolist() == [[True, False, False], [True, True, False]]


def test_one_unit_is_there_or_not():
    found = curves(additive([0.8]), np.array([1.0]), 4, 2, np.random.default_rng(0))
    np.testing.assert_allclose(found.deletion, [0.8, 0.8, 0, 0, 0])
    np.testing.assert_allclose(found.random, found.deletion)


def test_area_is_scikit_learns():
    curve = np.random.default_rng(0).random(9)
    assert area(curve) == pytest.approx(auc(np.linspace(0, 1, 9), curve))
    assert area(np.array([1.0, 0.0])) == 0.5
    assert area(np.full(4, 0.3)) == pytest.approx(0.3)


def test_removed_regions_are_grey_and_the_others_as_they_were():
    seen = []

    def once(images, tokens):
        seen.append((images, tokens))
        return torch.zeros(len(images), 6)

    model = ImageModel(torch.nn.Identity(), ImageInput(4, (0.2, 0.4, 0.6)), once, lambda _: None)
    image = torch.full((3, 4, 4), 9, dtype=torch.uint8)
    probability = image_probability(model, image, torch.tensor([[7, 8]]), side=2, target=1)
    gone = np.array([[False, True, False, False], [False] * 4])
    assert probability(gone) == pytest.approx([1 / 6, 1 / 6])
    images, tokens = seen[0]
    for channel, grey in enumerate([51, 102, 153]):
        assert images[0, channel].tolist() == [
            [9, 9, grey, grey],
            [9, 9, grey, grey],
            [9, 9, 9, 9],
            [9, 9, 9, 9],
        ]
    assert torch.equal(images[1], image)
    assert tokens.tolist() == [[7, 8], [7, 8]]
