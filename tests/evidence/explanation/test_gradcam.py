"""Grad-CAM against maps worked out by hand, for convolutions and transformers."""

import dataclasses

import numpy as np
import pytest
import torch
from model_folders import untrained_clip
from torch import nn

from pairdx.core.errors import PairdxError
from pairdx.evidence.explanation.gradcam import grad_cam, log_odds, region_values
from pairdx.models.common.explainable import ImageModel
from pairdx.models.fusion.image_encoders import ImageEncoder
from pairdx.models.fusion.network import Batch, PairClassifier
from pairdx.pairs.images import ImageInput

SIZE = 32


def noise(count, size=SIZE):
    generator = torch.Generator().manual_seed(3)
    return torch.randint(0, 256, (count, 3, size, size), generator=generator, dtype=torch.uint8)


def around(encoder, logits, size=SIZE, mirrored=False):
    fit = ImageInput(size)
    return ImageModel(
        encoder,
        fit,
        lambda images, _: logits(fit.normalise(images)),
        lambda captions: None,
        mirrored,
    )


@pytest.fixture
def convolution():
    """Two convolutions, the mean over the map, six logits."""
    torch.manual_seed(0)
    encoder = nn.Sequential(nn.Conv2d(3, 4, 4, 4), nn.ReLU(inplace=True), nn.Conv2d(4, 5, 3, 2, 1))
    head = nn.Linear(5, 6)
    return encoder, head, around(encoder, lambda pixels: head(encoder(pixels).mean((2, 3))))


def by_hand(encoder, head, pixels, target):
    """The map of a network whose logits are linear in the means of its channels."""
    with torch.no_grad():
        channels = encoder(pixels[None])[0]  # (D, h, h)
        probabilities = head(channels.mean((1, 2))).softmax(0)
        others = probabilities / (1 - probabilities[target])
        others[target] = 0
        # d(log-odds) / d(a cell): the head's weights, spread evenly over the cells
        slope = (head.weight[target] - others @ head.weight) / channels[0].numel()
        return sum(slope[d] * channels[d] for d in range(len(channels)))


def test_a_map_of_convolutions_is_the_one_worked_out_by_hand(convolution):
    encoder, head, model = convolution
    images, targets = noise(3), torch.tensor([0, 5, 2])
    maps = grad_cam(model, images, None, targets, cells=4)
    assert maps.shape == (3, 4, 4)
    for row in range(3):
        expected = by_hand(encoder, head, model.input.normalise(images)[row], int(targets[row]))
        torch.testing.assert_close(maps[row], expected)


def test_a_model_that_averages_the_mirror_image_has_the_mean_of_both_maps(convolution):
    encoder, head, model = convolution
    images, target = noise(1), torch.tensor([1])
    maps = grad_cam(dataclasses.replace(model, mirrored=True), images, None, target, cells=4)
    pixels = model.input.normalise(images)[0]
    plain = by_hand(encoder, head, pixels, 1)
    mirrored = by_hand(encoder, head, pixels.flip(-1), 1).flip(-1)
    torch.testing.assert_close(maps[0], (plain + mirrored) / 2)
    assert not torch.allclose(plain, mirrored)


def slow_tokens(model, norm, image, target, prefix):
    """Grad-CAM of a transformer, channel by channel, from a hook of torch's own."""
    kept = []
    handle = norm.register_forward_hook(lambda module, inputs, output: kept.append(output))
    logits = model.once(image[None], None)[0]
    handle.remove()
    odds = logits[target] - torch.cat([logits[:target], logits[target + 1 :]]).logsumexp(0)
    (slopes,) = torch.autograd.grad(odds, kept[0])
    slopes, tokens = slopes[0, prefix:], kept[0][0, prefix:].detach()  # (N, D)
    total = torch.zeros(len(tokens))
    for channel in range(tokens.shape[1]):
        total += slopes[:, channel].mean() * tokens[:, channel]
    side = round(len(tokens) ** 0.5)
    return total.reshape(side, side)


def test_a_map_of_a_clip_transformer_is_that_of_its_tokens(architecture):
    classifier = untrained_clip(architecture)
    model, images = classifier.image_model(), noise(2)
    maps = grad_cam(model, images, None, torch.tensor([4, 0]), cells=4)
    norm = classifier.model.visual.transformer.resblocks[-1].ln_1
    assert maps.shape == (2, 4, 4)
    for row, target in enumerate([4, 0]):
        torch.testing.assert_close(maps[row], slow_tokens(model, norm, images[row], target, 1))


def test_a_map_of_a_timm_transformer_is_that_of_its_tokens():
    torch.manual_seed(0)
    encoder = ImageEncoder("test_vit").eval()
    network = PairClassifier(encoder, None, 8, 0.0).eval()
    model = around(encoder, lambda pixels: network(Batch(pixels, None)), 64)
    images = noise(1, 64)
    maps = grad_cam(model, images, None, torch.tensor([2]), cells=4)
    expected = slow_tokens(model, encoder.backbone.blocks[-1].norm1, images[0], 2, 1)
    torch.testing.assert_close(maps[0], expected)


@pytest.mark.parametrize(("cells", "side"), [(1, 1), (2, 2), (3, 4), (4, 4), (5, 8)])
def test_the_last_layer_with_enough_cells_is_taken(cells, side):
    torch.manual_seed(0)
    encoder = ImageEncoder("resnet18").eval()
    network = PairClassifier(encoder, None, 8, 0.0).eval()
    model = around(encoder, lambda pixels: network(Batch(pixels, None)), 64)
    maps = grad_cam(model, noise(1, 64), None, torch.tensor([0]), cells)
    assert maps.shape == (1, side, side)


def test_a_map_finer_than_any_layer_is_refused(convolution):
    with pytest.raises(PairdxError, match=r"explain.map_cells = 9; .* Sequential has 8 cells"):
        grad_cam(convolution[2], noise(1), None, torch.tensor([0]), cells=9)


def test_nothing_is_left_in_the_model(architecture, convolution):
    classifier = untrained_clip(architecture)
    for model in (classifier.image_model(), convolution[2]):
        before = model.probabilities(noise(1), None)
        grad_cam(model, noise(1), None, torch.tensor([0]), cells=2)
        assert torch.equal(model.probabilities(noise(1), None), before)
        assert not any(module._forward_hooks for module in model.encoder.modules())
        assert all(weight.grad is None for weight in model.encoder.parameters())


def test_an_image_of_one_colour_has_a_map_without_nan(convolution):
    model = convolution[2]
    maps = grad_cam(model, torch.full((1, 3, SIZE, SIZE), 128).byte(), None, torch.tensor([0]), 4)
    inside = maps[0, 1:, 1:]  # the edge sees padding
    assert torch.allclose(inside, inside[0, 0])


def test_log_odds_are_those_of_the_probabilities():
    logits = torch.tensor([[0.3, -1.0, 2.0], [0.0, 0.0, 0.0]]).double()
    p = logits.softmax(1)
    torch.testing.assert_close(log_odds(logits), (p / (1 - p)).log())


def test_log_odds_do_not_saturate():
    logits = torch.tensor([[100.0, 0.0, 0.0]], requires_grad=True)
    assert logits.softmax(1)[0, 0] == 1  # in float32
    odds = log_odds(logits)[0, 0]
    assert odds.item() == pytest.approx(100 - np.log(2))
    odds.backward()
    np.testing.assert_allclose(logits.grad, [[1, -0.5, -0.5]])


def test_region_values_by_hand():
    maps = torch.tensor([[[0.0, 8.0], [0.0, 8.0]]])
    # Bilinear from 2 to 4 columns: 0, 2, 6, 8; then the means of halves.
    np.testing.assert_allclose(region_values(maps, 2, 4), [[1, 7, 1, 7]])
    np.testing.assert_allclose(region_values(maps, 1, 4), [[4]])
    even = torch.full((2, 3, 3), 5.0)
    np.testing.assert_allclose(region_values(even, 7, 64), np.full((2, 49), 5.0))
