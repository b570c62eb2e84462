"""What a model's card says it reads is what its predictions depend on."""

import numpy as np
import pytest
from small import drawn, section, tiny_clip, word_vectors

from pairdx.models.clinvla import clinvla
from pairdx.models.clip import clip
from pairdx.models.clip.params import ClipZeroShotParams
from pairdx.models.fusion import classifier
from pairdx.models.fusion.params import FusionParams
from pairdx.models.tfidf import tfidf
from pairdx.models.tfidf.tfidf import TfidfParams
from pairdx.prediction.predict import OpenedModel

PAIRS = drawn(12)
OTHERS = drawn(18)
READS = {
    "fusion": {"image", "caption"},
    "image_only": {"image"},
    "caption_only": {"caption"},
    "tfidf": {"caption"},
    "clip_zero_shot": {"image"},
    "clinvla": {"image"},
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """One model folder of each kind, and of a classifier in its three forms."""
    top = tmp_path_factory.mktemp("models")
    for name in READS:
        (top / name).mkdir()
    small = {"image_encoder": "resnet10t", "image_weights": None, "image_size": 32, "hidden": 8}
    params = section(FusionParams, **small)
    for name, vectors, with_image in (
        ("fusion", word_vectors(), True),
        ("image_only", None, True),
        ("caption_only", word_vectors(), False),
    ):
        net = classifier.build(params, vectors, with_image, 1)
        net.save(top / name, classifier.card(name, "", net, params))
    terms = section(TfidfParams)
    linear = tfidf.train_tfidf(PAIRS.captions, PAIRS.targets.tolist(), terms)
    linear.save(top / "tfidf", tfidf.card("tfidf", "", linear, terms))
    values = {"model": f"local-dir:{tiny_clip(top / 'start')}", "pretrained": None}
    model = clip.ClipClassifier.create(section(ClipZeroShotParams, **values, untrained=True), 1)
    base = top / "clip_zero_shot"
    model.save(base, clip.card("clip_zero_shot", "", model, trained=False))
    adapted = clinvla.ClinVla.build(base, "alignment", bottleneck=4, reduction=2, patch_dropout=0.5)
    adapted.save(top / "clinvla", clinvla.card("clinvla", "", adapted, base, top / "clinvla"))
    return top


@pytest.mark.parametrize("name", READS)
def test_a_model_depends_on_what_it_reads_and_on_nothing_else(folders, name):
    opened = OpenedModel.open(folders / name)
    assert (opened.name, opened.reads) == (name, READS[name])
    plain = opened.model.predict(PAIRS.images, PAIRS.captions)
    changed = {
        "image": opened.model.predict(OTHERS.images[5:17], PAIRS.captions),
        "caption": opened.model.predict(PAIRS.images, OTHERS.captions[5:17]),
    }
    moved = {part for part, rows in changed.items() if not np.array_equal(rows, plain)}
    assert moved == READS[name]


@pytest.mark.parametrize("name", READS)
def test_pairs_that_look_the_same_are_asked_once(folders, name):
    opened = OpenedModel.open(folders / name)
    twice = [*PAIRS.images, *PAIRS.images], [*PAIRS.captions, *PAIRS.captions]
    whole = opened.model.predict(*twice)
    asked = []

    class Counting:
        def predict(self, images, captions):
            asked.append(len(images))
            return opened.model.predict(images, captions)

    rows = OpenedModel(name, Counting(), opened.reads).predict(*twice)
    np.testing.assert_allclose(rows, whole, atol=1e-6)
    assert asked == [12]
