import math

import pytest
import torch

from pairdx.models.fusion.image_encoders import ImageEncoder
from pairdx.models.fusion.network import Batch, CaptionEncoder, PairClassifier

B, T, V, D, W = 3, 5, 7, 4, 6
TOKENS = torch.tensor([[2, 3, 4, 0, 0], [5, 0, 0, 0, 0], [1, 1, 6, 2, 3]])


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def encoder(freeze=False):
    table = torch.randn(V, D)
    table[0] = 0
    return CaptionEncoder(table, W, freeze)


def by_hand(net, tokens):
    """One caption, one token after another, in plain Python."""
    words = [net.vectors.weight[token] for token in tokens.tolist() if token != 0]
    attended = []
    for word in words:
        query = net.query(word)
        scores = [float(query @ net.key(other)) / math.sqrt(D) for other in words]
        exps = [math.exp(score) for score in scores]
        attended.append(sum(e / sum(exps) * net.value(o) for e, o in zip(exps, words, strict=True)))
    return net.project(sum(attended) / len(attended)).clamp(min=0)


def test_attention_by_hand():
    net = encoder()
    with torch.no_grad():
        out = net(TOKENS)
        expected = torch.stack([by_hand(net, row) for row in TOKENS])
    assert out.shape == (B, W)
    assert out.abs().max() > 0.1  # or ReLU hides everything
    torch.testing.assert_close(out, expected, atol=1e-6, rtol=1e-5)


def test_padding_never_changes_the_output():
    net = encoder()
    longer = torch.cat([TOKENS, torch.zeros(B, 30, dtype=torch.int64)], 1)
    with torch.no_grad():
        torch.testing.assert_close(net(TOKENS), net(longer))
        before = net(TOKENS[:2])
        net.vectors.weight[0] = 1e3  # whatever the padding row holds
        torch.testing.assert_close(net(TOKENS[:2]), before)


def test_captions_of_a_batch_do_not_mix():
    net = encoder()
    with torch.no_grad():
        together = net(TOKENS)
        for row in range(B):
            torch.testing.assert_close(net(TOKENS[row : row + 1]), together[row : row + 1])


def test_the_order_of_tokens_makes_no_difference():
    """There are no positions: the paper names none."""
    net = encoder()
    with torch.no_grad():
        torch.testing.assert_close(net(TOKENS[2:]), net(TOKENS[2:].flip(1)))


@pytest.mark.parametrize("freeze", [True, False])
def test_gradients_reach_word_vectors_only_if_they_learn(freeze):
    net = encoder(freeze)
    net(TOKENS).sum().backward()
    gradient = net.vectors.weight.grad
    if freeze:
        assert gradient is None
    else:
        assert gradient[2:].abs().sum() > 0
        assert gradient[0].abs().sum() == 0  # padding stays zero
    assert net.query.weight.grad is not None


class Colour(torch.nn.Module):
    """An image encoder whose output is the mean colour."""

    width = part_width = 3

    def forward(self, images):
        return images.mean((2, 3))


def test_both_encoders_are_concatenated():
    net = PairClassifier(Colour(), encoder(), hidden=8, dropout=0.5).eval()
    images = torch.rand(B, 3, 4, 4)
    with torch.no_grad():
        logits = net(Batch(images, TOKENS))
        features = torch.cat([images.mean((2, 3)), net.caption(TOKENS)], 1)
        assert net.head[0].in_features == 3 + W
        torch.testing.assert_close(logits, net.head(features))
        assert logits.shape == (B, 6)
        assert not torch.equal(logits, net(Batch(images.flip(0), TOKENS)))
        assert not torch.equal(logits, net(Batch(images, TOKENS.flip(0))))


def test_one_encoder_alone_reads_nothing_else():
    images, tokens = torch.rand(B, 3, 4, 4), TOKENS
    with torch.no_grad():
        image = PairClassifier(Colour(), None, 8, 0.5).eval()
        assert torch.equal(image(Batch(images, tokens)), image(Batch(images, None)))
        caption = PairClassifier(None, encoder(), 8, 0.5).eval()
        assert torch.equal(caption(Batch(images, tokens)), caption(Batch(None, tokens)))
        assert image(Batch(images, None)).shape == caption(Batch(None, tokens)).shape == (B, 6)


def test_resnet18_is_512_wide_and_fits_the_head():
    net = PairClassifier(ImageEncoder("resnet18"), encoder(), 8, 0.5).eval()
    assert net.head[0].in_features == 512 + W
    with torch.no_grad():
        assert net(Batch(torch.rand(B, 3, 32, 32), TOKENS)).shape == (B, 6)
