import json

import numpy as np
import open_clip
import pytest
import torch
from open_clip.transform import PreprocessCfg, image_transform_v2
from safetensors.torch import load_file, save_file
from small import TOP, drawn, zero_shot

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS
from pairdx.models.clip.clip import ClipClassifier, card, has_learned
from pairdx.models.clip.params import ZeroShotParams
from pairdx.models.common.card import ModelCard

PAIRS = drawn(6, side=40)
TEMPLATES = ["a photo of a {}", "an image: {}"]
NAMES = ZeroShotParams.load(TOP / "params.yaml").class_names
WEIGHTS = "open_clip_model.safetensors"


def settings(model, **changes):
    values = {"model": str(model), "pretrained": None, "untrained": True, "templates": TEMPLATES}
    return zero_shot(**values | changes)


def create(params, seed=1):
    return ClipClassifier.create(params, params.prompts(NAMES), seed)


@pytest.fixture(scope="module")
def clip(architecture):
    return create(settings(f"local-dir:{architecture}"))


@pytest.fixture
def folder(tmp_path, clip):
    clip.save(tmp_path, card("clip_zero_shot", "tiny", clip, trained=False))
    return tmp_path


def test_open_clip_itself_loads_the_folder(folder, clip):
    theirs, _, preprocess = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    tokenizer = open_clip.get_tokenizer(f"local-dir:{folder}")
    pixels = clip.image_input.decode_all(PAIRS.images)
    with torch.inference_mode():
        theirs.eval()
        texts = theirs.encode_text(tokenizer(PAIRS.captions), normalize=True)
        images = theirs.encode_image(clip.image_input.normalise(pixels), normalize=True)
        assert torch.equal(clip.encode_captions(PAIRS.captions), texts)
        assert torch.equal(clip.encode_images(pixels), images)
    cfg = PreprocessCfg(**theirs.visual.preprocess_cfg)
    assert (cfg.size, cfg.resize_mode) == ((32, 32), "squash")
    assert tuple(cfg.mean) == clip.image_input.mean
    assert repr(preprocess) == repr(image_transform_v2(cfg, is_train=False))


def test_what_is_saved_comes_back(folder, clip):
    loaded = ClipClassifier.load(folder, ModelCard.load(folder))
    ours = clip.predict(PAIRS.images, PAIRS.captions)
    np.testing.assert_array_equal(loaded.predict(PAIRS.images, PAIRS.captions), ours)
    assert loaded.prompts == clip.prompts
    assert loaded.config == clip.config
    again = folder / "again"
    again.mkdir()
    loaded.save(again, ModelCard.load(folder))
    for path in again.iterdir():
        assert path.read_bytes() == (folder / path.name).read_bytes()


def test_prompts_by_hand(clip):
    with torch.inference_mode():
        for row, label in zip(clip.encode_prompts(), LABELS, strict=True):
            sentences = [template.format(NAMES[label]) for template in TEMPLATES]
            each = clip.model.encode_text(clip.tokenizer(sentences))
            mean = sum(vector / vector.norm() for vector in each) / 2
            torch.testing.assert_close(row, mean / mean.norm())


def test_probabilities_by_hand(clip):
    pixels = clip.image_input.decode_all(PAIRS.images)
    with torch.inference_mode():
        similar = clip.encode_images(pixels) @ clip.encode_prompts().T
        expected = (clip.model.logit_scale.exp() * similar).double().softmax(1)
    made = clip.predict(PAIRS.images, [""] * 6)  # captions are not read
    np.testing.assert_allclose(made, expected, atol=1e-6)
    np.testing.assert_allclose(made.sum(1), 1, atol=1e-12)
    np.testing.assert_array_equal(made, clip.predict(PAIRS.images, PAIRS.captions))


def test_random_weights_follow_the_seed(architecture, clip):
    def first(seed):
        made = create(settings(f"local-dir:{architecture}"), seed)
        return made.model.visual.conv1.weight

    assert torch.equal(first(1), clip.model.visual.conv1.weight)
    assert not torch.equal(first(2), clip.model.visual.conv1.weight)


def test_the_card_says_whether_it_is_trained(clip):
    described = card("clip_zero_shot", "tiny", clip, trained=False)
    assert (described.kind, described.trained) == ("clip", False)
    assert described.parameters == sum(weight.numel() for weight in clip.model.parameters())


def refused(params, match):
    with pytest.raises(PairdxError, match=match) as error:
        create(params)
    assert len(str(error.value).splitlines()) == 1
    assert repr(params.model) in str(error.value)


def test_missing_weights_are_no_random_start(architecture):
    refused(settings(f"local-dir:{architecture}", untrained=False), "Required pretrained weights")


def test_an_unknown_model_is_an_error():
    refused(settings("ViT-B-33"), "'ViT-B-33' not found")


def test_an_unknown_tag_is_an_error():
    params = settings("ViT-B-32", pretrained="laion9b", untrained=False)
    refused(params, "not a known tag or valid file path")


@pytest.mark.parametrize("folder_name", ["nowhere", ""])
def test_a_missing_folder_is_an_error(tmp_path, folder_name):
    refused(settings(f"local-dir:{tmp_path / folder_name}"), "(not found|missing)")


def test_a_damaged_configuration_is_an_error(tmp_path):
    (tmp_path / "open_clip_config.json").write_text("{")
    refused(settings(f"local-dir:{tmp_path}"), "valid config")


@pytest.fixture
def published(folder, monkeypatch):
    """ViT-B-32 stands for the tiny model, and the tag `openai` for its weights; no network."""
    config = json.loads((folder / "open_clip_config.json").read_text(encoding="utf-8"))
    monkeypatch.setitem(open_clip.factory._MODEL_CONFIGS, "ViT-B-32", config["model_cfg"])
    quick = config["model_cfg"] | {"quick_gelu": True}
    monkeypatch.setitem(open_clip.factory._MODEL_CONFIGS, "ViT-B-32-quickgelu", quick)
    monkeypatch.setattr(
        open_clip.factory, "download_pretrained", lambda cfg, cache_dir=None: str(folder / WEIGHTS)
    )


@pytest.mark.filterwarnings("default")  # as outside of these tests
def test_the_wrong_activation_is_an_error(published):
    """OpenAI trained with QuickGELU; open_clip only warns, and accuracy falls in silence."""
    wrong = settings("ViT-B-32", pretrained="openai", untrained=False)
    refused(wrong, "QuickGELU mismatch")
    right = settings("ViT-B-32-quickgelu", pretrained="openai", untrained=False)
    assert create(right).config["model_cfg"]["quick_gelu"] is True


def test_a_file_of_weights_is_loaded(published, folder, clip):
    params = settings("ViT-B-32", pretrained=str(folder / WEIGHTS), untrained=False)
    loaded = create(params, seed=9)
    assert torch.equal(loaded.model.visual.conv1.weight, clip.model.visual.conv1.weight)


def test_a_failed_download_is_an_error(published, monkeypatch):
    def fail(cfg, cache_dir=None):
        raise OSError("no route to host")

    monkeypatch.setattr(open_clip.factory, "download_pretrained", fail)
    params = settings("ViT-B-32-quickgelu", pretrained="openai", untrained=False)
    refused(params, "no route to host")


@pytest.mark.parametrize("share", [0, 0.001, 0.5])
def test_truncated_weights_are_an_error(folder, share):
    whole = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(PairdxError, match="local-dir:") as error:
        ClipClassifier.load(folder, ModelCard.load(folder))
    assert len(str(error.value).splitlines()) == 1


@pytest.mark.parametrize("change", ["missing", "shape"])
def test_weights_of_another_model_are_an_error(folder, change):
    weights = load_file(folder / WEIGHTS)
    if change == "missing":
        del weights["visual.proj"]
    else:
        weights["visual.proj"] = torch.zeros(3, 3)
    save_file(weights, folder / WEIGHTS)
    with pytest.raises(PairdxError, match=r"visual\.proj"):
        ClipClassifier.load(folder, ModelCard.load(folder))


def test_a_folder_without_weights_is_no_random_start(folder):
    (folder / WEIGHTS).unlink()
    with pytest.raises(PairdxError, match="Required pretrained weights"):
        ClipClassifier.load(folder, ModelCard.load(folder))


@pytest.mark.parametrize("trained", [True, False])
def test_a_folder_of_ours_says_whether_it_was_trained(tmp_path, clip, trained):
    clip.save(tmp_path, card("small_clip", "tiny", clip, trained=trained))
    assert has_learned(settings(f"local-dir:{tmp_path}", untrained=False)) is trained
    assert has_learned(settings("ViT-B-32", untrained=False))  # a published one
    assert not has_learned(settings("ViT-B-32", untrained=True))
