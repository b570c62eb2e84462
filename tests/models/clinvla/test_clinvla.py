"""ClinVLA on a small CLIP: what its base model says at the start, views, patches, the folder."""

import json
import shutil

import numpy as np
import pytest
import torch
from model_folders import save_clip, untrained_clip
from small import drawn
from torch import nn
from torch.nn import functional

from pairdx.core.errors import PairdxError
from pairdx.models.clinvla.adapters import CASE, FIGURE
from pairdx.models.clinvla.clinvla import ClinVla, card
from pairdx.prediction.predict import load_model

PAIRS = drawn(6)
SHAPE = {"bottleneck": 8, "reduction": 2, "patch_dropout": 0.75}


@pytest.fixture
def clinvla(model_folders):
    return ClinVla.build(model_folders / "pairdx_clip", "alignment", **SHAPE)


def disturb(clinvla, scale=0.1):
    """Move all adapters away from their start."""
    torch.manual_seed(3)
    for weight in clinvla.model.adapters.parameters():
        if weight.dim():
            nn.init.normal_(weight, std=scale)
    return clinvla


def test_step_0_is_the_base_model(clinvla, model_folders):
    base = load_model(model_folders / "pairdx_clip")
    for name, inputs in (("embed_images", PAIRS.images), ("embed_captions", PAIRS.captions)):
        ours, theirs = getattr(clinvla, name)(inputs), getattr(base, name)(inputs)
        np.testing.assert_allclose(ours, theirs, atol=1e-6)
    inputs = PAIRS.images, PAIRS.captions
    np.testing.assert_allclose(clinvla.predict(*inputs), base.predict(*inputs), atol=1e-6)
    changed = disturb(clinvla).embed_images(PAIRS.images)
    assert np.abs(changed - base.embed_images(PAIRS.images)).max() > 1e-2


def test_step_0_is_the_base_model_in_its_parts(clinvla):
    """The patches and words that the local objective compares are those of open_clip."""
    model = clinvla.base.model
    pixels = torch.randn(2, 3, 32, 32)
    tokens = clinvla.base.tokenizer(PAIRS.captions)
    with torch.inference_mode():
        pooled, patches = clinvla.model.encode_image(pixels)
        model.visual.output_tokens = True
        theirs, unprojected = model.visual(pixels)
        model.visual.output_tokens = False
        torch.testing.assert_close(pooled, theirs)
        torch.testing.assert_close(patches, unprojected @ model.visual.proj)
        embedded, words = clinvla.model.encode_text(tokens)
        torch.testing.assert_close(embedded, model.encode_text(tokens))
        theirs = model.forward_intermediates(text=tokens, normalize_intermediates=True)
        torch.testing.assert_close(words, theirs["text_intermediates"][-1] @ model.text_projection)


def test_padding_costs_and_changes_nothing(clinvla):
    disturb(clinvla)
    tokens = clinvla.base.tokenizer(PAIRS.captions)
    with torch.inference_mode():
        whole, words = clinvla.model.encode_text(tokens)
        cut, shorter = clinvla.model.encode_text(tokens[:, :14])
    assert int(tokens.argmax(1).max()) < 14 < tokens.shape[1]
    torch.testing.assert_close(cut, whole)
    torch.testing.assert_close(shorter, words[:, :14])


@pytest.mark.parametrize(("share", "patch", "there", "left"), [(0.75, 8, 16, 4), (0.0, 8, 16, 16)])
def test_patches_are_hidden_in_training_only(clinvla, share, patch, there, left):
    clinvla.model.adapters.patch_dropout.prob = share
    pixels = torch.randn(2, 3, 32, 32)
    assert clinvla.model.encode_image(pixels)[1].shape[1] == there
    clinvla.model.adapters.train()
    assert clinvla.model.encode_image(pixels)[1].shape[1] == left


def test_of_49_patches_12_are_left_in_training():
    """The grid of ViT-B/32 at 224 pixels, at a width of 8."""
    import open_clip

    from pairdx.models.clinvla.adapted_clip import AdaptedClip
    from pairdx.models.clinvla.adapters import ClinVlaAdapters

    vision = open_clip.CLIPVisionCfg(layers=1, width=8, head_width=4, patch_size=32, image_size=224)
    text = open_clip.CLIPTextCfg(context_length=4, vocab_size=9, width=8, heads=2, layers=1)
    clip = open_clip.CLIP(8, vision, text)
    adapters = ClinVlaAdapters((8, 1), (8, 1), 8, clip.logit_scale, **SHAPE)
    model = AdaptedClip(clip, adapters.eval())
    assert model.encode_image(torch.randn(1, 3, 224, 224))[1].shape[1] == 49
    adapters.train()
    assert model.encode_image(torch.randn(1, 3, 224, 224))[1].shape[1] == 12


def test_only_adapters_get_gradients(clinvla):
    disturb(clinvla)
    pixels, tokens = torch.randn(2, 3, 32, 32), clinvla.base.tokenizer(PAIRS.captions[:2])
    image, patches = clinvla.model.encode_image(pixels, view=torch.tensor([FIGURE, CASE]))
    merged = clinvla.model.merge_views(image, image[:1], torch.tensor([True, False]))
    text, words = clinvla.model.encode_text(tokens)
    (merged.sum() + patches.sum() + text.sum() + words.sum()).backward()
    assert all(weight.grad is None for weight in clinvla.base.model.parameters())
    for name, weight in clinvla.model.adapters.named_parameters():
        used = "classification" not in name and name != "logit_scale"
        assert (weight.grad is not None) == used, name


def test_gradients_match_finite_differences(clinvla):
    disturb(clinvla)
    adapters = clinvla.model.adapters.double()
    clinvla.base.model.double()
    pixels = torch.randn(1, 3, 32, 32, dtype=torch.float64)
    weights = [adapters.views, adapters.missing_view, adapters.vision.invertible.first[2].weight]

    def embed():
        own, _ = clinvla.model.encode_image(pixels)
        alone = torch.zeros(1, dtype=torch.bool)
        return functional.normalize(clinvla.model.merge_views(own, own[:0], alone), dim=-1)

    direction = torch.randn(1, 16, dtype=torch.float64)
    (direction @ embed().T).sum().backward()
    step = 1e-6
    for weight in weights:
        flat, gradient = weight.data.view(-1), weight.grad.view(-1)
        for place in (0, flat.numel() // 2):
            values = []
            for sign in (1, -1):
                flat[place] += sign * step
                values.append((direction @ embed().T).item())
                flat[place] -= sign * step
            expected = (values[0] - values[1]) / (2 * step)
            assert gradient[place].item() == pytest.approx(expected, rel=1e-4, abs=1e-8)


def test_views_are_averaged_and_missing_ones_have_a_token(clinvla):
    with torch.no_grad():
        clinvla.model.adapters.missing_view.copy_(torch.arange(16.0))
        own, other = torch.randn(3, 16), torch.randn(1, 16)
        merged = clinvla.model.merge_views(own, other, torch.tensor([False, True, False]))
    torch.testing.assert_close(merged[1], (own[1] + other[0]) / 2)
    torch.testing.assert_close(merged[2], (own[2] + torch.arange(16.0)) / 2)


def test_a_view_is_marked_by_how_it_belongs(clinvla):
    disturb(clinvla)
    pixels = torch.randn(1, 3, 32, 32).expand(3, -1, -1, -1)
    with torch.inference_mode():
        own, figure, case = clinvla.model.encode_image(pixels, view=torch.tensor([0, 1, 2]))[0]
        torch.testing.assert_close(own, clinvla.model.encode_image(pixels)[0][0])
    assert (own - figure).abs().max() > 1e-3
    assert (figure - case).abs().max() > 1e-3


@pytest.fixture
def saved(clinvla, model_folders, tmp_path):
    """models/clinvla beside a copy of models/base, and what it said."""
    disturb(clinvla)
    shutil.copytree(model_folders / "pairdx_clip", tmp_path / "base")
    out = tmp_path / "clinvla"
    out.mkdir()
    clinvla.save(out, card("clinvla", "tiny", clinvla, tmp_path / "base", out))
    return out


def test_what_is_saved_comes_back_on_a_clean_base(saved, clinvla):
    before = {path.name: path.read_bytes() for path in (saved.parent / "base").iterdir()}
    loaded = load_model(saved)
    assert isinstance(loaded, ClinVla)
    inputs = PAIRS.images, PAIRS.captions
    np.testing.assert_array_equal(loaded.predict(*inputs), clinvla.predict(*inputs))
    np.testing.assert_array_equal(
        loaded.embed_captions(PAIRS.captions), clinvla.embed_captions(PAIRS.captions)
    )
    assert before == {path.name: path.read_bytes() for path in (saved.parent / "base").iterdir()}


def test_the_folder_is_small_and_can_be_moved(saved):
    adapters = (saved / "adapters.safetensors").stat().st_size
    assert adapters < 0.2 * (saved.parent / "base" / "open_clip_model.safetensors").stat().st_size
    moved = saved.parent / "elsewhere"
    moved.mkdir()
    for name in ("base", "clinvla"):
        shutil.move(saved.parent / name, moved / name)
    load_model(moved / "clinvla")


def test_the_task_adapters_of_classification_classify(saved):
    content = json.loads((saved / "model.json").read_text())
    aligned = load_model(saved)
    content["settings"]["classify"] = "classification"
    (saved / "model.json").write_text(json.dumps(content))
    tuned = load_model(saved)
    inputs = PAIRS.images, PAIRS.captions
    assert not np.allclose(tuned.predict(*inputs), aligned.predict(*inputs))
    # Retrieval keeps to the ones that were aligned.
    np.testing.assert_array_equal(
        tuned.embed_images(PAIRS.images), aligned.embed_images(PAIRS.images)
    )


def test_another_base_is_refused(saved):
    weights = saved.parent / "base" / "open_clip_model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    with pytest.raises(PairdxError, match=r"but the adapters in .* were trained on"):
        load_model(saved)
    weights.unlink()
    with pytest.raises(PairdxError, match="cannot be read"):
        load_model(saved)


def test_damaged_adapters_are_refused(saved):
    (saved / "adapters.safetensors").write_bytes(b"no")
    with pytest.raises(PairdxError, match="damaged weight file"):
        load_model(saved)


def test_a_card_of_other_adapters_is_refused(saved):
    content = json.loads((saved / "model.json").read_text())
    content["settings"]["bottleneck"] = 4
    (saved / "model.json").write_text(json.dumps(content))
    with pytest.raises(PairdxError, match=r"adapters.safetensors and model.json differ"):
        load_model(saved)
    del content["settings"]["base"]
    (saved / "model.json").write_text(json.dumps(content))
    with pytest.raises(PairdxError, match=r"settings.base is missing"):
        load_model(saved)


def test_a_convolutional_clip_is_refused(tmp_path):
    config = {
        "model_cfg": {
            "embed_dim": 16,
            "vision_cfg": {
                "image_size": 32,
                "layers": [1, 1, 1, 1],
                "width": 8,
                "patch_size": None,
            },
            "text_cfg": {"context_length": 24, "width": 16, "heads": 2, "layers": 1},
        },
        "preprocess_cfg": {"size": 32},
    }
    (tmp_path / "architecture").mkdir()
    (tmp_path / "architecture" / "open_clip_config.json").write_text(json.dumps(config))
    base = save_clip(tmp_path / "base", untrained_clip(tmp_path / "architecture"), trained=True)
    with pytest.raises(PairdxError, match="this is CLIP with ModifiedResNet"):
        ClinVla.build(base, "alignment", **SHAPE)
