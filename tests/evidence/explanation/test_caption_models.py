"""A caption without some words is read as if it had been written so, by every model."""

import numpy as np
import pytest
import torch
from small import drawn, section, tiny_fusion, word_vectors
from torch.nn import functional

from pairdx.core.schema import LABELS
from pairdx.evidence.explanation.caption_models import (
    OneImage,
    attention,
    linear_terms,
    read,
    reads_captions,
)
from pairdx.evidence.explanation.explain import weigh_words
from pairdx.evidence.explanation.occlusion import occlusion
from pairdx.models.fusion.classifier import build
from pairdx.models.fusion.network import CaptionEncoder
from pairdx.models.fusion.params import FusionParams
from pairdx.models.tfidf.tfidf import TfidfParams, train_tfidf
from pairdx.pairs.text import Vocabulary

PAIRS = drawn(24)
CAPTION = "A chart, of patient: radiology chart"
WORDS = ["a", "chart", "of", "patient", "radiology", "chart"]


def classifier(with_image, mirrored=True):
    params = tiny_fusion(average_mirror=mirrored)
    built = build(params, word_vectors(max_tokens=6), with_image, 4)
    # Untrained, words hardly count, least of all beside an image.
    built.network.caption.project.weight.data *= 300 if with_image else 10
    built.network.eval()
    return built


def tfidf(ngrams=2):
    params = section(TfidfParams, ngrams=ngrams, min_count=1)
    captions = [*PAIRS.captions, "chart of patient radiology", "chart chart", "radiology chart"]
    return train_tfidf(captions, [*PAIRS.targets.tolist(), 5, 0, 5], params)


MODELS = {
    "fusion": lambda: classifier(True),
    "fusion, once": lambda: classifier(True, mirrored=False),
    "caption_only": lambda: classifier(False),
    "tfidf": tfidf,
}


@pytest.fixture(params=MODELS)
def model(request):
    return MODELS[request.param]()


def test_words_left_out_are_not_read(model):
    image = PAIRS.images[1]
    reading = read(model, image, CAPTION)
    assert reading.words == WORDS
    variants = {
        CAPTION: [],
        "chart of patient radiology chart": [0],
        "a of patient chart": [1, 4],
        "radiology": [0, 1, 2, 3, 5],
        "": [0, 1, 2, 3, 4, 5],
    }
    gone = np.zeros((len(variants), len(WORDS)), bool)
    for row, left_out in enumerate(variants.values()):
        gone[row, left_out] = True
    expected = model.predict([image] * len(variants), list(variants))
    np.testing.assert_allclose(reading.without(gone), expected, atol=1e-6)


def test_the_model_is_left_as_it_was(model):
    before = model.predict(PAIRS.images[:3], PAIRS.captions[:3])
    weigh_words(model, PAIRS.images[0], CAPTION)
    np.testing.assert_array_equal(model.predict(PAIRS.images[:3], PAIRS.captions[:3]), before)


def test_occlusion_is_the_loss_without_each_word(model):
    image = PAIRS.images[2]
    values = occlusion(read(model, image, CAPTION), target=3)
    whole = model.predict([image], [CAPTION])[0, 3]
    for at in range(len(WORDS)):
        rest = " ".join(WORDS[:at] + WORDS[at + 1 :])
        expected = whole - model.predict([image], [rest])[0, 3]
        assert values[at] == pytest.approx(expected, abs=1e-6)
    assert np.abs(values).max() > 1e-3


def test_the_only_word_is_compared_with_an_empty_caption(model):
    image = PAIRS.images[0]
    values = occlusion(read(model, image, "Chart."), target=0)
    full, empty = model.predict([image] * 2, ["Chart.", ""])[:, 0]
    assert values == pytest.approx([full - empty], abs=1e-6)


@pytest.mark.parametrize("caption", ["", " ", "... -- !"])
def test_a_caption_without_words_has_no_weights(model, caption):
    weighed = weigh_words(model, PAIRS.images[0], caption)
    assert weighed.reading.words == []
    assert all(len(weights) == 0 for weights in weighed.weights.values())
    expected = model.predict([PAIRS.images[0]], [""])[0]
    assert weighed.predicted == expected.argmax()
    assert weighed.probability == pytest.approx(expected.max(), abs=1e-6)


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


def test_words_beyond_the_last_token_are_not_read():
    long = CAPTION + " endoscopy radiology"
    assert read(classifier(True), PAIRS.images[0], long).words == WORDS
    assert read(tfidf(), b"", long).words == [*WORDS, "endoscopy", "radiology"]


def test_who_reads_captions():
    assert reads_captions(classifier(True))
    assert reads_captions(tfidf())
    built = build(
        section(FusionParams, image_encoder="test_resnet", image_weights=None), None, True, 1
    )
    assert not reads_captions(built)
    with pytest.raises(TypeError, match="reads no captions"):
        read(object(), b"", CAPTION)


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


@pytest.mark.parametrize("ngrams", [1, 2, 3])
def test_linear_terms_sum_to_the_logit(ngrams):
    model = tfidf(ngrams)
    for target in range(len(LABELS)):
        added = linear_terms(model, WORDS, target)
        features = model.vectorizer.transform([CAPTION])
        logit = model.model.decision_function(features)[0, target]
        assert added.sum() + model.model.intercept_[target] == pytest.approx(logit)


def test_linear_terms_by_hand():
    model = tfidf(2)
    caption = ["chart", "zebra", "chart"]  # the terms are chart, twice; zebra is unknown
    column = model.vectorizer.get_feature_names_out().tolist().index("chart")
    features = model.vectorizer.transform(["chart zebra chart"]).toarray()[0]
    assert np.flatnonzero(features).tolist() == [column]
    half = features[column] * model.model.coef_[0, column] / 2
    np.testing.assert_allclose(linear_terms(model, caption, 0), [half, 0, half])


def test_a_pair_of_words_shares_its_term_evenly():
    model = tfidf(2)
    names = model.vectorizer.get_feature_names_out().tolist()
    row = model.vectorizer.transform(["chart chart"]).toarray()[0]
    both, single = (
        row[names.index(term)] * model.model.coef_[0, names.index(term)]
        for term in ("chart chart", "chart")
    )
    np.testing.assert_allclose(linear_terms(model, ["chart"] * 2, 0), [(both + single) / 2] * 2)


def test_an_unread_vocabulary_gives_unknown_words_a_weight_too():
    built = classifier(False)
    assert isinstance(built.inputs.vocabulary, Vocabulary)
    weighed = weigh_words(built, b"", "zebra stripes")
    assert weighed.weights["attention"] == pytest.approx([0.5, 0.5])  # both are UNKNOWN
    assert weighed.weights["occlusion"] == pytest.approx([0, 0], abs=1e-5)
