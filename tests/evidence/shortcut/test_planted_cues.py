"""Planted truth: a network that can only go by a patch or a word is found to go by it."""

from statistics import median

import numpy as np
import pytest
import torch
from cues import BY_PATCH, BY_WORD, CELLS, SIDE, WORD, planted, vectors
from small import STILL, section

from pairdx.evidence.explanation.cases import ExplainParams
from pairdx.evidence.explanation.explain import map_images, weigh_words
from pairdx.evidence.explanation.gradcam import region_values
from pairdx.evidence.explanation.scores import score_captions, score_images, summarise_curves
from pairdx.evidence.explanation.shapley import contributions
from pairdx.models.fusion.fusion import build
from pairdx.models.fusion.params import FusionParams
from pairdx.training.common.checkpoint import Checkpoint
from pairdx.training.fusion.classifier import train_classifier

TRAIN, VALIDATION = planted(160, 1)[0], planted(30, 2)[0]
TEST, PLACES = planted(60, 3)


def trained(seed):
    params = section(
        FusionParams,
        image_encoder="test_resnet",
        image_weights=None,
        image_size=SIDE,
        freeze_image=False,
        freeze_vectors=False,
        hidden=32,
        text_width=16,
        dropout=0.0,
        epochs=10,
        batch_size=16,
        lr=1e-2,
        label_smoothing=0.0,
        average_mirror=True,
        precision="float32",
        augment=STILL,
    )
    classifier = build(params, vectors(), True, seed)
    train_classifier(classifier, TRAIN, VALIDATION, params, seed, Checkpoint("toy", "a"))
    classifier.network.eval()
    predicted = classifier.predict(TEST.images, TEST.captions).argmax(1)
    assert (predicted == TEST.targets.numpy()).mean() > 0.95  # else there is nothing to explain
    return classifier


@pytest.fixture(scope="module")
def fusions(tmp_path_factory):
    """Of several seeds: where a network looks is less sure than what it says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("training"))
        return [trained(seed) for seed in range(5)]


@pytest.fixture(scope="module")
def fusion(fusions):
    return fusions[0]


def rows_of(label):
    return [row for row, one in enumerate(TEST.labels) if one == label]


def pointing(fusion):
    """How often the strongest cell is the patch's, and its share of what is positive."""
    rows = rows_of(BY_PATCH)
    images, captions = [TEST.images[row] for row in rows], [TEST.captions[row] for row in rows]
    maps = map_images(fusion.image_model(), images, captions, cells=4)
    values = region_values(torch.from_numpy(np.stack([one.values for one in maps])), CELLS, SIDE)
    places = torch.tensor([PLACES[row] for row in rows])
    hits = (values.argmax(1) == places).double().mean()
    positive = values.clamp(min=0)
    mass = positive.gather(1, places[:, None])[:, 0] / positive.sum(1).clamp(min=1e-9)
    return float(hits), float(mass.mean())


def test_the_map_points_at_the_patch(fusions):
    hits, masses = zip(*map(pointing, fusions), strict=True)
    assert median(hits) >= 0.75  # the pointing game; chance is 1/16
    assert median(masses) > 3 / CELLS**2  # three times that of an even map


def test_the_word_is_ranked_first(fusion):
    for row in rows_of(BY_WORD):
        weighed = weigh_words(fusion, TEST.images[row], TEST.captions[row])
        strongest = int(weighed.weights["occlusion"].argmax())
        assert weighed.reading.words[strongest] == WORD


def test_the_input_that_holds_the_cue_gets_the_credit(fusion):
    shares = contributions(fusion.image_model(), TEST.images, TEST.captions)
    by_patch, by_word = rows_of(BY_PATCH), rows_of(BY_WORD)
    assert shares.image[by_patch].mean() > 0.5
    assert abs(shares.caption[by_patch].mean()) < 0.1
    assert shares.caption[by_word].mean() > 0.5
    assert shares.image[by_word].mean() < 0.1


def test_deletion_and_insertion_tell_that_the_explanations_hold(fusion):
    params = section(ExplainParams, regions=CELLS, steps=4, map_cells=4)
    by_patch, by_word = rows_of(BY_PATCH)[:12], rows_of(BY_WORD)[:12]
    scored = score_images({"fusion": fusion.image_model()}, TEST, by_patch, params, 1)
    scored += score_captions({"fusion": fusion}, TEST, by_word, params, 1)
    summary = summarise_curves(scored, TEST.articles, params, 1)
    image, caption = summary["image"]["fusion"], summary["caption"]["fusion"]
    for gains in (image["grad_cam"], caption["occlusion"]):
        assert gains["deletion_gain_low"] > 0.1
        assert gains["insertion_gain_low"] > 0.1
