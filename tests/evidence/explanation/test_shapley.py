"""Two-player Shapley values by hand, and against captum's on a real network."""

import numpy as np
import pytest
import torch
from captum.attr import ShapleyValues
from small import drawn, tiny_fusion, word_vectors

from pairdx.evidence.explanation.shapley import Contributions, contributions, shapley_of_two
from pairdx.models.fusion.fusion import build


def test_values_by_hand():
    neither, first, second, both = (np.array([worth]) for worth in (0.1, 0.5, 0.2, 0.9))
    of_first, of_second = shapley_of_two(neither, first, second, both)
    assert of_first == pytest.approx([(0.4 + 0.7) / 2])
    assert of_second == pytest.approx([(0.1 + 0.4) / 2])
    assert of_first + of_second == pytest.approx(both - neither)


@pytest.fixture(scope="module")
def fusion():
    params = tiny_fusion(average_mirror=True)
    built = build(params, word_vectors(), True, 3)
    built.network.caption.project.weight.data *= 300  # random images would drown the words
    built.network.eval()
    return built


def test_contributions_are_captums(fusion):
    pairs, model = drawn(5), fusion.image_model()
    captions = [*pairs.captions[:3], "patient radiology", ""]
    found = contributions(model, pairs.images, captions)
    for row in range(5):
        image, tokens = model.input.decode(pairs.images[row]), model.tokenize([captions[row]])
        nothing = model.tokenize([""])

        def worth(present, image=image, tokens=tokens, nothing=nothing, row=row):
            shown = image if present[0, 0] else model.grey().expand_as(image)
            read = tokens if present[0, 1] else nothing
            return model.probabilities(shown[None], read)[:, found.predicted[row]]

        values = ShapleyValues(worth).attribute(torch.ones(1, 2), baselines=0.0)[0]
        assert found.image[row] == pytest.approx(values[0].item(), abs=1e-6)
        assert found.caption[row] == pytest.approx(values[1].item(), abs=1e-6)
    assert np.abs(found.caption).max() > 0.01
    whole = fusion.predict(pairs.images, captions).max(1)
    np.testing.assert_allclose(found.neither + found.image + found.caption, whole, atol=1e-6)
    assert found.predicted.tolist() == fusion.predict(pairs.images, captions).argmax(1).tolist()


def test_an_empty_caption_and_a_grey_image_bring_nothing(fusion, monkeypatch):
    model, pairs = fusion.image_model(), drawn(1)
    assert contributions(model, pairs.images, [""]).caption == pytest.approx([0], abs=1e-9)
    grey = model.grey().expand(1, 3, 32, 32)
    monkeypatch.setattr(type(model.input), "decode_all", lambda self, images: grey)
    found = contributions(model, pairs.images, ["radiology"])
    assert found.image == pytest.approx([0], abs=1e-9)
    assert found.image_share == pytest.approx([0], abs=1e-6)


def test_batches_do_not_matter(fusion, monkeypatch):
    model, pairs = fusion.image_model(), drawn(7)
    whole = contributions(model, pairs.images, pairs.captions)
    monkeypatch.setattr("pairdx.evidence.explanation.shapley.BATCH", 3)
    parts = contributions(model, pairs.images, pairs.captions)
    np.testing.assert_allclose(parts.image, whole.image, atol=1e-6)
    np.testing.assert_allclose(parts.caption, whole.caption, atol=1e-6)


def test_the_images_share_goes_by_size():
    image, caption = np.array([0.3, -0.1, 0.0]), np.array([0.1, 0.1, 0.0])
    found = Contributions(np.zeros(3, int), np.zeros(3), image, caption)
    np.testing.assert_allclose(found.image_share, [0.75, 0.5, np.nan])
