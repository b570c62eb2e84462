"""LoRA and the linear probe: what learns, what stays, what is saved."""

import sys

import numpy as np
import open_clip
import pytest
import torch
from small import STILL, drawn, section

from pairdx.core.errors import PairdxError
from pairdx.models.clip.clip import ClipClassifier, card
from pairdx.models.common.card import ModelCard
from pairdx.training.clip.lora import lora
from pairdx.training.clip.params import PairDxClipParams
from pairdx.training.clip.tune import tune_clip
from pairdx.training.common.checkpoint import Checkpoint

TRAIN, VALIDATION = drawn(24), drawn(12)


def tune(clip, **changes):
    small = {"epochs": 8, "batch_size": 8, "lr": 1e-2, "augment": STILL, "lora_rank": 4}
    params = section(PairDxClipParams, **small | changes)
    return tune_clip(clip, TRAIN, VALIDATION, params, 1, Checkpoint("toy", "a"))


def weights(clip):
    return {key: value.clone() for key, value in clip.model.state_dict().items()}


def test_a_probe_learns_class_vectors_and_nothing_else(start, tmp_path):
    clip = start()
    before = weights(clip)
    tuned, history = tune(clip, tune="probe", epochs=60, lr=0.05)
    assert max(row["validation_macro_f1"] for row in history) > 0.8
    assert all(torch.equal(value, before[key]) for key, value in weights(tuned).items())
    tuned.save(tmp_path, card("pairdx_clip", "tiny", tuned, trained=True))
    loaded = ClipClassifier.load(tmp_path, ModelCard.load(tmp_path))
    inputs = VALIDATION.images, VALIDATION.captions
    np.testing.assert_array_equal(loaded.predict(*inputs), tuned.predict(*inputs))
    assert not np.allclose(loaded.predict(*inputs), start().predict(*inputs))


def test_a_probe_starts_as_the_zero_shot_model(start):
    tuned, _ = tune(start(), tune="probe", epochs=1, lr=1e-12)
    inputs = VALIDATION.images, VALIDATION.captions
    np.testing.assert_allclose(tuned.predict(*inputs), start().predict(*inputs), atol=1e-5)


class TestLora:
    @pytest.fixture(autouse=True)
    def _peft(self):
        pytest.importorskip("peft")

    def test_it_learns_and_leaves_an_ordinary_clip(self, start, tmp_path):
        clip = start()
        before = weights(clip)
        tuned, history = tune(clip, tune="lora")
        assert history[-1]["train_loss"] < 0.8 * history[0]["train_loss"]
        after = weights(tuned)
        assert set(after) == set(before)
        changed = {key for key in after if not torch.equal(after[key], before[key])}
        parts = ("attn.in_proj_weight", "attn.out_proj.weight", "c_fc.weight", "c_proj.weight")
        assert changed
        assert all("resblocks" in key and key.endswith(parts) for key in changed)
        tuned.save(tmp_path, card("pairdx_clip", "tiny", tuned, trained=True))
        theirs = open_clip.create_model(f"local-dir:{tmp_path}")
        assert torch.equal(theirs.state_dict()["ln_final.weight"], after["ln_final.weight"])

    def test_only_low_rank_updates_learn(self, start):
        clip = start()
        with lora(clip.model, rank=4, seed=1):
            learning = [name for name, w in clip.model.named_parameters() if w.requires_grad]
        assert learning
        assert all("lora_" in name for name in learning)
        assert all(weight.requires_grad for weight in clip.model.parameters())

    def test_it_starts_as_the_model_it_tunes(self, start):
        clip = start()
        before = clip.embed_images(VALIDATION.images)
        with lora(clip.model, rank=4, seed=1):
            np.testing.assert_allclose(clip.embed_images(VALIDATION.images), before, atol=1e-6)


def test_without_peft_it_is_one_line(start, monkeypatch):
    monkeypatch.setitem(sys.modules, "peft", None)
    with pytest.raises(PairdxError, match=r"pip install 'pairdx\[lora\]'"):
        tune(start(), tune="lora")
