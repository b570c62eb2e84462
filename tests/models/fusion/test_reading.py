"""What PairDxFusion makes of a caption's words, beside an image that is encoded once."""

import pytest
import torch
from torch.nn import functional

from pairdx.models.fusion.network import CaptionEncoder
from pairdx.models.fusion.reading import OneImage, attention


class Counting(torch.nn.Module):
    """An encoder that counts what it is asked."""

    def __init__(self):
        super().__init__()
        self.asked = 0

    def forward(self, images):
        self.asked += len(images)
        return images.mean((2, 3))

    def parts(self, images):
        self.asked += len(images)
        return images.flatten(2).transpose(1, 2), torch.ones(len(images), 4, dtype=torch.bool)


def test_a_repeated_image_is_encoded_once_and_its_mirror_once():
    image = torch.arange(12.0).reshape(1, 3, 2, 2)
    batch, encoder = image.expand(5, -1, -1, -1), Counting()
    one = OneImage(encoder)
    for images in (batch, batch.flip(-1), batch):
        torch.testing.assert_close(one(images), Counting()(images))
    assert encoder.asked == 2

    one = OneImage(encoder)
    for images in (batch, batch.flip(-1), batch):
        for part, expected in zip(one.parts(images), Counting().parts(images), strict=True):
            torch.testing.assert_close(part, expected)
    assert encoder.asked == 4


def test_attention_is_each_words_weight_in_the_caption():
    torch.manual_seed(2)
    encoder = CaptionEncoder(torch.randn(7, 4), 5, freeze_vectors=True)
    tokens = torch.tensor([3, 1, 6, 3])
    weights = attention(encoder, tokens)
    assert weights.sum() == pytest.approx(1)
    assert weights[0] == pytest.approx(weights[3])  # the same word: there are no positions
    words = encoder.vectors(tokens)
    mixed = torch.tensor(weights).float() @ encoder.value(words)
    expected = functional.relu(encoder.project(mixed))
    padded = torch.tensor([[3, 1, 6, 3, 0, 0]])
    torch.testing.assert_close(encoder(padded)[0], expected)


def test_attention_of_one_word_is_whole():
    encoder = CaptionEncoder(torch.randn(7, 4), 5, freeze_vectors=True)
    assert attention(encoder, torch.tensor([2])) == pytest.approx([1])
