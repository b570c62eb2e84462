"""What a model says it reads is what its predictions depend on."""

import numpy as np
import pytest
from model_folders import READS
from small import drawn

from pairdx.prediction.predict import OpenedModel

PAIRS = drawn(12)
OTHERS = drawn(18)


@pytest.mark.parametrize("name", READS)
def test_a_model_depends_on_what_it_reads_and_on_nothing_else(model_folders, name):
    opened = OpenedModel.open(model_folders / name)
    assert (opened.name, opened.reads) == (name, READS[name])
    plain = opened.model.predict(PAIRS.images, PAIRS.captions)
    changed = {
        "image": opened.model.predict(OTHERS.images[5:17], PAIRS.captions),
        "caption": opened.model.predict(PAIRS.images, OTHERS.captions[5:17]),
    }
    moved = {part for part, rows in changed.items() if not np.array_equal(rows, plain)}
    assert moved == READS[name]


@pytest.mark.parametrize("name", READS)
def test_a_model_is_explained_by_what_it_reads(model_folders, name):
    model = OpenedModel.open(model_folders / name).model
    assert (model.image_model() is not None) == ("image" in READS[name])
    if "caption" in READS[name]:
        assert model.read_caption(PAIRS.images[0], "A chart").words == ["a", "chart"]
    else:
        with pytest.raises(TypeError, match="reads no captions"):
            model.read_caption(PAIRS.images[0], "A chart")


@pytest.mark.parametrize("name", READS)
def test_pairs_that_look_the_same_are_asked_once(model_folders, name):
    opened = OpenedModel.open(model_folders / name)
    twice = [*PAIRS.images, *PAIRS.images], [*PAIRS.captions, *PAIRS.captions]
    whole = opened.model.predict(*twice)
    asked = []

    class Counting:
        reads = opened.reads

        def predict(self, images, captions):
            asked.append(len(images))
            return opened.model.predict(images, captions)

    rows = OpenedModel(name, Counting()).predict(*twice)
    np.testing.assert_allclose(rows, whole, atol=1e-6)
    assert asked == [12]
