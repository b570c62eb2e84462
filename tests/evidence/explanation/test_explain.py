"""A caption without some words is read as if it had been written so, by every model."""

import numpy as np
import pytest
from small import drawn, section, tiny_fusion, word_vectors

from pairdx.evidence.explanation.explain import weigh_words
from pairdx.evidence.explanation.occlusion import occlusion
from pairdx.models.fusion.fusion import build
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
    reading = model.read_caption(image, CAPTION)
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
    values = occlusion(model.read_caption(image, CAPTION), target=3)
    whole = model.predict([image], [CAPTION])[0, 3]
    for at in range(len(WORDS)):
        rest = " ".join(WORDS[:at] + WORDS[at + 1 :])
        expected = whole - model.predict([image], [rest])[0, 3]
        assert values[at] == pytest.approx(expected, abs=1e-6)
    assert np.abs(values).max() > 1e-3


def test_the_only_word_is_compared_with_an_empty_caption(model):
    image = PAIRS.images[0]
    values = occlusion(model.read_caption(image, "Chart."), target=0)
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


def test_words_beyond_the_last_token_are_not_read():
    long = CAPTION + " endoscopy radiology"
    assert classifier(True).read_caption(PAIRS.images[0], long).words == WORDS
    assert tfidf().read_caption(b"", long).words == [*WORDS, "endoscopy", "radiology"]


def test_an_unread_vocabulary_gives_unknown_words_a_weight_too():
    built = classifier(False)
    assert isinstance(built.inputs.vocabulary, Vocabulary)
    weighed = weigh_words(built, b"", "zebra stripes")
    assert weighed.weights["attention"] == pytest.approx([0.5, 0.5])  # both are UNKNOWN
    assert weighed.weights["occlusion"] == pytest.approx([0, 0], abs=1e-5)
