"""Adapters: the identity at the start, their inverse, their gradients, their number."""

import open_clip
import pytest
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector

from pairdx.models.clinvla.adapters import Bottleneck, ClinVlaAdapters
from pairdx.models.clinvla.nice import NiceBlock


def filled(module, seed=1):
    """The module with weights far from its start."""
    torch.manual_seed(seed)
    for weight in module.parameters():
        nn.init.normal_(weight, std=0.3)
    return module


@pytest.mark.parametrize("module", [Bottleneck(8, 4), NiceBlock(8, 2)])
def test_it_starts_as_the_identity(module):
    tokens = torch.randn(2, 3, 8)
    assert torch.equal(module(tokens), tokens)
    assert not torch.equal(filled(module)(tokens), tokens)


def test_bottleneck_by_hand():
    module = Bottleneck(2, 1)
    with torch.no_grad():
        module.down.weight.copy_(torch.tensor([[1.0, 2.0]]))
        module.down.bias.fill_(-1)
        module.up.weight.copy_(torch.tensor([[3.0], [-1.0]]))
        module.up.bias.copy_(torch.tensor([0.0, 0.5]))
    # down: 1 + 4 - 1 = 4, and -1 - 2 - 1 < 0
    made = module(torch.tensor([[[1.0, 2.0], [-1.0, -1.0]]]))
    assert made.tolist() == [[[13.0, -1.5], [-1.0, -0.5]]]


def test_nice_by_hand():
    block = NiceBlock(2, 1)
    with torch.no_grad():
        for net, up in ((block.first, 2.0), (block.second, 3.0)):
            net[0].weight.fill_(1.0)
            net[2].weight.fill_(up)
    made = block(torch.tensor([[[1.0, 5.0]]]))
    assert made.tolist() == [[[11.0, 38.0]]]  # 1 + 2 * 5; 5 + 3 * 11
    assert block.inverse(made).tolist() == [[[1.0, 5.0]]]


@pytest.mark.parametrize("width", [8, 64, 768])
def test_the_inverse_undoes_it(width):
    block = filled(NiceBlock(width, 2))
    with torch.no_grad():
        for weight in block.parameters():
            weight.mul_((8 / width) ** 0.5)  # of one size at any width
        tokens = torch.randn(4, 5, width)
        made = block(tokens)
        assert (made - tokens).abs().max() > 0.1
        torch.testing.assert_close(block.inverse(made), tokens, atol=1e-5, rtol=0)
        torch.testing.assert_close(block(block.inverse(tokens)), tokens, atol=1e-5, rtol=0)


@pytest.mark.parametrize("module", [Bottleneck(4, 3), NiceBlock(4, 1)])
def test_gradients_match_finite_differences(module):
    module = filled(module).double()
    tokens = torch.randn(2, 3, 4, dtype=torch.float64, requires_grad=True)
    weights = tuple(module.parameters())
    names = [name for name, _ in module.named_parameters()]

    def run(inputs, *values):
        return torch.func.functional_call(module, dict(zip(names, values, strict=True)), inputs)

    assert torch.autograd.gradcheck(run, (tokens, *weights))


def count(weights):
    return sum(weight.numel() for weight in weights)


def formula(width, layers, d=64):
    """Two bottlenecks a block (down and up with biases), and four layers of the coupling."""
    half = width // 2
    invertible = 2 * (2 * half * (half // 2) + half // 2 + half)
    return 2 * layers * (2 * width * d + d + width), invertible


def test_their_number_for_vit_b_32_is_that_of_the_formula():
    clip = open_clip.create_model("ViT-B-32-quickgelu", device="meta", load_weights=False)
    with torch.device("meta"):
        adapters = ClinVlaAdapters(
            (768, 12),
            (512, 12),
            512,
            torch.tensor(0.0),
            bottleneck=64,
            reduction=2,
            patch_dropout=0.75,
        )
    vision, text = formula(768, 12), formula(512, 12)
    assert vision == (2_379_264, 296_064)
    assert text == (1_586_688, 131_840)
    more = 3 * 768 + 512 + 1  # view embeddings, missing view, temperature
    trained = adapters.of_language() + adapters.of_task("alignment")
    assert count(trained) == sum(vision) + sum(text) + more
    assert count(clip.parameters()) == 151_277_313
    assert (sum(vision) + sum(text)) / 151_277_313 == pytest.approx(0.029, abs=5e-4)


def test_language_and_tasks_are_all_there_is_once():
    adapters = ClinVlaAdapters(
        (8, 2), (4, 3), 6, torch.tensor(1.5), bottleneck=2, reduction=2, patch_dropout=0.5
    )
    parts = [
        adapters.of_language(),
        adapters.of_task("alignment"),
        adapters.of_task("classification"),
    ]
    assert sum(map(count, parts)) == parameters_to_vector(adapters.parameters()).numel()
    assert count(parts[1]) == count(parts[2]) == (formula(8, 2, 2)[0] + formula(4, 3, 2)[0]) / 2


def test_what_is_switched_off_is_not_there():
    adapters = ClinVlaAdapters(
        (8, 2), (4, 2), 6, torch.tensor(1.0), bottleneck=0, reduction=0, patch_dropout=0.0
    )
    assert adapters.of_task("alignment") == []
    assert count(adapters.parameters()) == 3 * 8 + 6 + 1
