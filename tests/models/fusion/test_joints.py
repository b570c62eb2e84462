"""Each way to join an image and its caption, against the same thing one number after another."""

import math

import pytest
import torch
from small import drawn, section, word_vectors

from pairdx.models.common.card import ModelCard
from pairdx.models.fusion.fusion import Classifier, build, card, describe
from pairdx.models.fusion.image_encoders import ImageEncoder
from pairdx.models.fusion.joints import BilinearProduct, CrossAttention, GatedUnit
from pairdx.models.fusion.network import Batch, CaptionEncoder, PairClassifier
from pairdx.models.fusion.params import ClassifierParams, FusionParams

B, R, T, IMAGE, W, HIDDEN, LABELS = 3, 4, 5, 6, 16, 8, 6
FUSIONS = ["concat", "gated", "bilinear", "cross_attention"]
TOKENS = torch.tensor([[2, 3, 4, 0, 0], [5, 0, 0, 0, 0], [1, 1, 6, 2, 3]])


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


class Grid(torch.nn.Module):
    """An image encoder whose regions are the pixels' colours, six to a region."""

    width = part_width = IMAGE

    def forward(self, images):
        return self.parts(images)[0].mean(1)

    def parts(self, images):
        regions = images.reshape(len(images), -1, IMAGE)
        return regions, torch.ones(regions.shape[:2], dtype=torch.bool)


def network(fusion, text="attention"):
    table = 3 * torch.randn(7, 5)
    table[0] = 0
    caption = CaptionEncoder(table, W, False, text)
    return PairClassifier(Grid(), caption, HIDDEN, 0.5, fusion).eval()


def linear(layer, vector):
    """One output after another: the sum of products, and the bias."""
    rows = zip(layer.weight.tolist(), layer.bias.tolist(), strict=True)
    return [sum(w * x for w, x in zip(row, vector, strict=True)) + bias for row, bias in rows]


def gated_by_hand(net, image, caption):
    gates = [1 / (1 + math.exp(-value)) for value in linear(net.gate, image + caption)]
    ours, theirs = linear(net.image, image), linear(net.caption, caption)
    parts = zip(gates, ours, theirs, strict=True)
    return [g * math.tanh(a) + (1 - g) * math.tanh(b) for g, a, b in parts]


def bilinear_by_hand(net, image, caption):
    ours, theirs = linear(net.image, image), linear(net.caption, caption)
    return [math.tanh(a) * math.tanh(b) for a, b in zip(ours, theirs, strict=True)]


@pytest.mark.parametrize(
    ("kind", "by_hand"), [(GatedUnit, gated_by_hand), (BilinearProduct, bilinear_by_hand)]
)
def test_vectors_are_joined_as_by_hand(kind, by_hand):
    net, image, caption = kind(IMAGE, W), torch.randn(B, IMAGE), torch.randn(B, W)
    expected = [by_hand(net, *row) for row in zip(image.tolist(), caption.tolist(), strict=True)]
    torch.testing.assert_close(net(image, caption), torch.tensor(expected))


def attention_by_hand(attention, queries, vectors):
    """What each query reads, one after another."""
    weights, biases = attention.in_proj_weight.split(W), attention.in_proj_bias.split(W)
    read = []
    for query in queries:
        asked = weights[0] @ query + biases[0]
        keys = [weights[1] @ vector + biases[1] for vector in vectors]
        scores = [math.exp(float(asked @ key) / math.sqrt(W)) for key in keys]
        values = [weights[2] @ vector + biases[2] for vector in vectors]
        total = sum(s / sum(scores) * v for s, v in zip(scores, values, strict=True))
        read.append(attention.out_proj.weight @ total + attention.out_proj.bias)
    return read


def normed(vector):
    centred = vector - vector.mean()
    return centred / torch.sqrt((centred**2).mean() + 1e-5)


def test_words_and_regions_look_at_each_other_as_by_hand():
    net = CrossAttention(IMAGE, W)
    for attention in (net.to_image, net.to_caption):  # or they start as zero and hide an error
        torch.nn.init.normal_(attention.in_proj_bias)
        torch.nn.init.normal_(attention.out_proj.bias)
    images, words, there = torch.randn(B, R, IMAGE), torch.randn(B, T, W), TOKENS != 0
    with torch.no_grad():
        out = net((images, torch.ones(B, R, dtype=torch.bool)), (words, there))
        for row in range(B):
            regions = [net.project.weight @ one + net.project.bias for one in images[row]]
            tokens = list(words[row][there[row]])
            seen = attention_by_hand(net.to_image, tokens, regions)
            read = attention_by_hand(net.to_caption, regions, tokens)
            image = sum(normed(a + b) for a, b in zip(regions, read, strict=True)) / R
            caption = sum(normed(a + b) for a, b in zip(tokens, seen, strict=True)) / len(tokens)
            torch.testing.assert_close(out[row], torch.cat([image, caption]), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("fusion", FUSIONS)
def test_as_many_weights_as_the_formulas_say(fusion):
    i, w = IMAGE, W
    joined, width = {
        "concat": (0, i + w),
        "gated": (w * (2 * i + 2 * w + 3), w),  # three maps with biases
        "bilinear": (w * (i + w + 2), w),
        # the map of the regions, 2 attentions of 4 maps, 2 norms
        "cross_attention": (w * (i + 1) + 2 * 4 * w * (w + 1) + 2 * 2 * w, 2 * w),
    }[fusion]
    net = network(fusion)
    assert sum(weight.numel() for weight in net.fusion.parameters()) == joined
    head = HIDDEN * (width + 1) + 2 * HIDDEN + LABELS * (HIDDEN + 1)
    assert sum(weight.numel() for weight in net.head.parameters()) == head


def test_a_mean_of_the_words_has_the_weights_of_its_projection_alone():
    net = network("concat", "mean").caption
    assert {name for name, _ in net.named_parameters()} == {
        "vectors.weight",
        "project.weight",
        "project.bias",
    }
    words = net.vectors.weight[TOKENS[0, :3]]
    torch.testing.assert_close(net(TOKENS[:1])[0], net.project(words.sum(0) / 3).clamp(min=0))


@pytest.mark.parametrize("text", ["attention", "mean"])
@pytest.mark.parametrize("fusion", FUSIONS)
def test_gradients_reach_every_weight(fusion, text):
    net = network(fusion, text)  # BatchNorm in training would take out what is added to all
    targets = torch.tensor([0, 1, 2])
    logits = net(Batch(torch.rand(B, 2, 3, 4), TOKENS))
    torch.nn.functional.cross_entropy(logits, targets).backward()
    for name, weight in net.named_parameters():
        # The bias of the keys raises all scores of a query alike, which changes no weight.
        assert (weight.grad.abs().max() > 1e-6) != (name == "caption.key.bias"), name


@pytest.mark.parametrize("text", ["attention", "mean"])
@pytest.mark.parametrize("fusion", FUSIONS)
def test_padding_changes_nothing_and_pairs_do_not_mix(fusion, text):
    net, images = network(fusion, text), torch.rand(B, 2, 3, 4)
    longer = torch.cat([TOKENS, torch.zeros(B, 30, dtype=torch.int64)], 1)
    with torch.no_grad():
        ours = net(Batch(images, TOKENS))
        torch.testing.assert_close(net(Batch(images, longer)), ours)
        for row in range(B):
            one = Batch(images[row : row + 1], TOKENS[row : row + 1])
            torch.testing.assert_close(net(one), ours[row : row + 1])
        net.caption.vectors.weight[0] = 1e3  # whatever the padding row holds
        torch.testing.assert_close(net(Batch(images, TOKENS)), ours)
        assert (net(Batch(images.flip(0), TOKENS)) - ours).abs().max() > 1e-3
        assert (net(Batch(images, TOKENS.flip(0))) - ours).abs().max() > 1e-3


@pytest.mark.parametrize("fusion", FUSIONS)
def test_a_single_encoder_is_joined_with_nothing(fusion):
    images = torch.rand(B, 2, 3, 4)
    net = PairClassifier(Grid(), None, HIDDEN, 0.5, fusion).eval()
    assert not list(net.fusion.parameters())
    torch.testing.assert_close(net(Batch(images, None)), net.head(net.image(images)))


@pytest.mark.parametrize(
    ("name", "size", "regions"),
    [
        ("resnet18", 64, 4),
        ("resnet10t", 64, 4),
        ("test_vit", 160, 101),  # 10 x 10 patches and the class token
        ("test_mambaout", 160, 25),  # channels last, and other widths before and after pooling
    ],
)
def test_regions_are_the_map_before_it_is_pooled(name, size, regions):
    encoder = ImageEncoder(name).eval()
    images = torch.rand(2, 3, size, size)
    with torch.no_grad():
        vectors, there = encoder.parts(images)
        assert vectors.shape == (2, regions, encoder.part_width)
        assert encoder(images).shape == (2, encoder.width)
        assert there.all()
        assert there.shape == (2, regions)
        if name.startswith("resnet"):
            torch.testing.assert_close(vectors.mean(1), encoder(images))


def settings(**changes):
    small = {"image_encoder": "resnet10t", "image_size": 32, "hidden": 8, "text_width": 5}
    return section(FusionParams, **small | {"image_weights": None} | changes)


@pytest.mark.parametrize(
    ("fusion", "text"), [*((fusion, "attention") for fusion in FUSIONS), ("concat", "mean")]
)
def test_what_is_saved_comes_back_and_the_card_says_what_it_is(tmp_path, fusion, text):
    params, pairs = settings(joint=fusion, text=text), drawn(3)
    classifier = build(params, word_vectors(), True, 1)
    described = describe(classifier.network, params)
    classifier.save(tmp_path, card("fusion", described, classifier, params))
    saved = ModelCard.load(tmp_path)
    assert (saved.settings["fusion"], saved.settings["text"]) == (fusion, text)
    loaded = Classifier.load(tmp_path, saved)
    ours = classifier.predict(pairs.images, pairs.captions)
    assert (loaded.predict(pairs.images, pairs.captions) == ours).all()
    for part, there in (("self-attention", text == "attention"), ("fusion", fusion != "concat")):
        assert (part in described) == there


def test_the_default_is_the_papers_and_is_called_so():
    params = section(FusionParams)
    assert (params.joint, params.text) == ("concat", "attention")
    net = build(params, word_vectors(), True, 1).network
    assert describe(net, params) == "resnet18 + word vectors + self-attention + MLP"
    alone = section(ClassifierParams)
    assert describe(build(alone, None, True, 1).network, alone) == "resnet18 + MLP"
    captions = build(alone, word_vectors(), False, 1).network
    assert describe(captions, alone) == "word vectors + self-attention + MLP"


def test_encoders_start_from_the_same_weights_whatever_joins_them():
    """So that seeds pair the variants; and the paper's model is drawn as it always was."""
    first, *others = (
        build(settings(joint=fusion), word_vectors(), True, 1).network for fusion in FUSIONS
    )
    for other in others:
        for name, weight in other.image.state_dict().items():
            assert torch.equal(weight, first.image.state_dict()[name])
    table = word_vectors().table()
    torch.manual_seed(1)
    image, caption = ImageEncoder("resnet10t"), CaptionEncoder(table, 5, False)
    head = torch.nn.Linear(image.width + 5, 8)
    assert torch.equal(first.head[0].weight, head.weight)
    assert torch.equal(first.caption.value.weight, caption.value.weight)
