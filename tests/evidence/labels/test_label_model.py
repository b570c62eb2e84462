import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier
from small import drawn

from pairdx.core.schema import LABELS
from pairdx.evidence.labels.look import Evidence, fit_and_predict, join, look_at
from pairdx.models.tfidf.caption_probe import TFIDF
from pairdx.models.tfidf.tfidf import train_tfidf


class Means:
    """The mean colour in the place of a CLIP's embedding."""

    def embed_images(self, images):
        return np.array([[len(image), 1.0] for image in images])

    def embed_captions(self, captions):
        raise AssertionError("captions are read as words")


def evidence(pairs):
    return look_at(pairs, Means())


def test_images_are_embedded_and_made_small():
    pairs = drawn(3)
    seen = evidence(pairs)
    assert seen.images.shape == (3, 2 + 8 * 8 * 3)
    assert seen.images[:, 0].tolist() == [len(image) for image in pairs.images]
    red = seen.images[1, 2:].reshape(8, 8, 3).mean(axis=(0, 1))
    assert red[0] > 1.5 * red[1]
    assert join([seen, seen]).images.shape == (6, 194)
    assert join([seen, evidence(drawn(1))]).captions == [*pairs.captions, pairs.captions[0]]


def test_words_and_trees_are_pooled_by_the_root_of_their_product():
    known, asked = evidence(drawn(36)), evidence(drawn(7))
    labels = np.arange(36) % 6
    pooled = fit_and_predict(known, labels, asked, trees=20, seed=3)
    words = train_tfidf(known.captions, labels.tolist(), TFIDF).predict([], asked.captions)
    forest = ExtraTreesClassifier(20, random_state=3).fit(known.images, labels)
    votes = (forest.predict_proba(asked.images) * 20 + 1) / 26
    expected = np.sqrt(words * votes)
    np.testing.assert_allclose(pooled, expected / expected.sum(1, keepdims=True), atol=1e-12)
    np.testing.assert_array_equal(pooled.argmax(1), np.arange(7) % 6)


def test_a_class_without_pairs_is_hardly_probable():
    labels = np.arange(36) % 6
    few = evidence(drawn(36)).take(np.flatnonzero(labels < 4))
    found = fit_and_predict(few, labels[labels < 4], evidence(drawn(6)), trees=10, seed=1)
    assert found.shape == (6, len(LABELS))
    np.testing.assert_allclose(found.sum(1), 1)
    assert (found[:, 4:] < 1e-100).all()


def test_the_seed_decides():
    known, asked = (
        evidence(drawn(18)),
        Evidence(["?"] * 4, np.random.default_rng(0).random((4, 194))),
    )
    one, again, other = (
        fit_and_predict(known, np.arange(18) % 6, asked, trees=10, seed=seed) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
    assert one == pytest.approx(one)
