import io
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps
from releases import encode
from safetensors.torch import load_file
from small import drawn, section, word_vectors

from pairdx.core.errors import PairdxError
from pairdx.models.common.card import ModelCard
from pairdx.models.fusion.fusion import Classifier, build, card
from pairdx.models.fusion.network import Batch
from pairdx.models.fusion.params import FusionParams

PAIRS = drawn(7)


def settings(**changes):
    small = {"image_encoder": "resnet10t", "image_size": 32, "hidden": 8, "text_width": 5}
    return section(FusionParams, **small | {"image_weights": None} | changes)


def made(params, with_image=True, with_caption=True, seed=1):
    return build(params, word_vectors() if with_caption else None, with_image, seed)


BOTH = [(True, True), (True, False), (False, True)]


@pytest.mark.parametrize("reads", BOTH)
def test_what_is_saved_comes_back(tmp_path, reads):
    params = settings()
    classifier = made(params, *reads)
    described = card("fusion", "µ", classifier, params)
    classifier.save(tmp_path, described)
    loaded = Classifier.load(tmp_path, ModelCard.load(tmp_path))
    ours = classifier.predict(PAIRS.images, PAIRS.captions)
    np.testing.assert_array_equal(loaded.predict(PAIRS.images, PAIRS.captions), ours)
    assert ours.shape == (7, 6)
    np.testing.assert_allclose(ours.sum(1), 1, atol=1e-12)
    assert loaded.inputs == classifier.inputs
    assert (described.settings["image"], described.settings["caption"]) == reads
    assert described.parameters == sum(w.numel() for w in classifier.network.parameters())
    assert (tmp_path / "vocabulary.json").exists() == reads[1]


@pytest.mark.parametrize("reads", BOTH)
def test_a_model_reads_what_it_should_and_nothing_else(reads):
    classifier = made(settings(), *reads)
    images, captions = PAIRS.images, PAIRS.captions
    ours = classifier.predict(images, captions)
    other_images = classifier.predict(images[1:] + images[:1], captions)
    other_captions = classifier.predict(images, captions[1:] + captions[:1])
    assert np.array_equal(ours, other_images) != reads[0]
    assert np.array_equal(ours, other_captions) != reads[1]


def test_an_average_with_the_mirror_image_does_not_see_sides(tmp_path):
    params = settings(average_mirror=True)
    classifier = made(params)
    mirrored = [encode(ImageOps.mirror(Image.open(io.BytesIO(image)))) for image in PAIRS.images]
    ours = classifier.predict(PAIRS.images, PAIRS.captions)
    np.testing.assert_allclose(classifier.predict(mirrored, PAIRS.captions), ours, atol=1e-6)
    plain = made(settings(average_mirror=False))
    one, other = (plain.predict(images, PAIRS.captions) for images in (PAIRS.images, mirrored))
    assert np.abs(one - other).max() > 1e-5  # or this test shows nothing
    classifier.save(tmp_path, card("fusion", "", classifier, params))
    loaded = Classifier.load(tmp_path, ModelCard.load(tmp_path))
    np.testing.assert_array_equal(loaded.predict(PAIRS.images, PAIRS.captions), ours)


def test_the_card_says_how_images_are_normalised(tmp_path):
    """As its encoder was published; whatever timm says later, the card holds."""
    params = settings(image_encoder="test_resnet", average_mirror=False)
    classifier = made(params, with_caption=False)
    described = card("image_only", "", classifier, params)
    classifier.save(tmp_path, described)
    assert (described.settings["mean"], described.settings["std"]) == ((0.5,) * 3, (0.5,) * 3)
    pixels = classifier.inputs.image.decode_all(PAIRS.images)
    with torch.no_grad():
        logits = classifier.network.eval()(Batch(pixels / 127.5 - 1, None))
    loaded = Classifier.load(tmp_path, ModelCard.load(tmp_path))
    told = loaded.predict(PAIRS.images, PAIRS.captions)
    np.testing.assert_allclose(told, logits.softmax(1).numpy(), atol=1e-5)
    settings_before = ModelCard.load(tmp_path).settings
    other = replace(described, settings=settings_before | {"mean": [0.1, 0.2, 0.3]})
    assert Classifier.load(tmp_path, other).inputs.image.mean == (0.1, 0.2, 0.3)


def test_batches_make_no_difference(monkeypatch):
    classifier = made(settings())
    whole = classifier.predict(PAIRS.images, PAIRS.captions)
    monkeypatch.setattr("pairdx.models.fusion.fusion.BATCH", 3)
    np.testing.assert_allclose(classifier.predict(PAIRS.images, PAIRS.captions), whole, atol=1e-6)


def test_weights_follow_the_seed(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        (tmp_path / name).mkdir()
        params = settings()
        classifier = made(params, seed=seed)
        classifier.save(tmp_path / name, card("fusion", "", classifier, params))
    first, again, other = ((tmp_path / name / "weights.safetensors").read_bytes() for name in "abc")
    assert first == again
    assert first != other


def test_what_is_frozen_does_not_learn():
    network = made(settings(freeze_image=True, freeze_vectors=True)).network
    frozen = {name for name, weight in network.named_parameters() if not weight.requires_grad}
    backbone = {f"image.{name}" for name, _ in network.image.named_parameters()}
    assert frozen == backbone | {"caption.vectors.weight"}


def test_pretrained_weights_are_loaded(tmp_path):
    source = made(settings(), seed=5).network.image.backbone
    torch.save(source.state_dict(), tmp_path / "weights.pth")
    loaded = made(settings(image_weights=str(tmp_path / "weights.pth"))).network.image.backbone
    for key, value in source.state_dict().items():
        assert torch.equal(loaded.state_dict()[key], value)
    with pytest.raises(PairdxError, match="no such weight file"):
        made(settings(image_weights=str(tmp_path / "nowhere.pth")))


@pytest.fixture
def folder(tmp_path):
    params = settings()
    classifier = made(params)
    classifier.save(tmp_path, card("fusion", "", classifier, params))
    return tmp_path


@pytest.mark.parametrize("name", ["weights.safetensors", "vocabulary.json"])
@pytest.mark.parametrize("content", [None, b"", b"garbage", b"{}", b"\xff"])
def test_a_missing_or_damaged_file_is_refused(folder, name, content):
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    with pytest.raises(PairdxError, match=name):
        Classifier.load(folder, ModelCard.load(folder))


@pytest.mark.parametrize("changes", [{"hidden": 9}, {"image": False}, {"text_width": 4}])
def test_weights_that_do_not_fit_the_card_are_refused(folder, changes):
    described = ModelCard.load(folder)
    described.settings.update(changes)
    with pytest.raises(PairdxError, match=r"weights and model\.json differ") as error:
        Classifier.load(folder, described)
    assert len(str(error.value).splitlines()) == 1


def test_weights_without_word_vectors_do_not_fit_a_card_with_captions(folder):
    params = settings()
    image_only = made(params, with_caption=False)
    weights = load_file(folder / "weights.safetensors")
    image_only.save(folder, ModelCard.load(folder))
    assert "caption.vectors.weight" in weights  # it was there before
    with pytest.raises(PairdxError, match=r"weights and model\.json differ"):
        Classifier.load(folder, ModelCard.load(folder))
