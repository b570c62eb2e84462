"""CLIP models in their published forms, without a network; see tests/true_forms.py."""

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
from scripts import run
from small import PROMPTS, drawn, write_params, zero_shot
from true_forms import BIOMEDCLIP, Code, bert_config, tiny_biomedclip, tiny_openai_clip

from pairdx.core.errors import PairdxError
from pairdx.models.clip.clip import ClipClassifier, card
from pairdx.models.common.card import ModelCard

PAIRS = drawn(4, side=40)
OFFLINE = {"HF_HUB_OFFLINE": "1"}


def settings(model, pretrained=None, **changes):
    values = {"model": str(model), "pretrained": pretrained, "untrained": False}
    return zero_shot(**values | changes)


def create(params, folder=None):
    return ClipClassifier.create(params, PROMPTS, 1, folder)


@pytest.fixture(autouse=True)
def _offline(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


@pytest.fixture(scope="module")
def openai_form(tmp_path_factory):
    return tiny_openai_clip(tmp_path_factory.mktemp("clip") / "openai")


@pytest.fixture(scope="module")
def biomedclip_form(tmp_path_factory):
    pytest.importorskip("transformers")
    return tiny_biomedclip(tmp_path_factory.mktemp("clip") / "biomedclip")


@pytest.fixture
def biomedclip_folder(biomedclip_form, tmp_path):
    """As it is once it has been fetched: BiomedBERT's config.json beside it."""
    folder = tmp_path / "biomedclip"
    folder.mkdir()
    for path in biomedclip_form.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "config.json").write_text(json.dumps(bert_config()), encoding="utf-8")
    return folder


def refused(params, match, folder=None):
    with pytest.raises(PairdxError, match=match) as error:
        create(params, folder)
    assert len(str(error.value).splitlines()) == 1


def test_the_form_of_openai_loads(openai_form):
    loaded = create(settings("ViT-B-32-quickgelu", "openai"), openai_form)
    theirs = open_clip.create_model(f"local-dir:{openai_form}").eval()
    assert torch.equal(loaded.model.visual.proj, theirs.visual.proj)
    described = card("clip_zero_shot", "", loaded, trained=True)
    assert described.settings["quick_gelu"] is True


def test_biomedclip_loads_without_a_network(biomedclip_folder):
    loaded = create(settings(f"local-dir:{biomedclip_folder}"))
    weights = torch.load(biomedclip_folder / "open_clip_pytorch_model.bin", weights_only=True)
    assert torch.equal(loaded.model.text.proj[0].weight, weights["text.proj.0.weight"])
    tokens = loaded.tokenizer(["A photo of charts"])
    assert tokens.shape == (1, 256)
    assert tokens[0, :8].tolist() == [2, 5, 8, 9, 11, 24, 3, 0]  # [CLS] a photo of chart ##s [SEP]
    made = loaded.predict(PAIRS.images, PAIRS.captions)
    assert made.shape == (4, 6)
    assert np.ptp(made) > 0


def test_biomedclip_without_its_architecture_is_taken_for_what_it_is(biomedclip_form):
    """BERT base is known by name; weights of another size are refused, never filled in."""
    refused(settings(f"local-dir:{biomedclip_form}"), r"Missing key.* \"text\.transformer")


def test_an_unknown_text_tower_without_its_architecture_is_named(biomedclip_folder):
    (biomedclip_folder / "config.json").unlink()
    path = biomedclip_folder / "open_clip_config.json"
    path.write_text(path.read_text().replace("BiomedBERT-base", "OtherBERT-base"))
    refused(settings(f"local-dir:{biomedclip_folder}"), r"config.json: no such file; put that of")


def test_a_text_tower_with_code_is_refused_and_nobody_asked(biomedclip_folder, capsys):
    path = biomedclip_folder / "config.json"
    code = {"auto_map": {"AutoConfig": "evil/x--code.Config"}, "model_type": "evil"}
    path.write_text(json.dumps(bert_config() | code), encoding="utf-8")
    refused(settings(f"local-dir:{biomedclip_folder}"), r"config\.json: .*auto_map = .*name")
    assert "Do you wish" not in capsys.readouterr().out


PLAIN_OPEN_CLIP = """
import sys, torch, open_clip
name = "local-dir:models/biomedclip_zero_shot"
model = open_clip.create_model(name).eval()
tokens = open_clip.get_tokenizer(name)(["a photo of charts", "an image"])
with torch.no_grad():
    torch.save(model.encode_text(tokens, normalize=True), sys.argv[1])
"""


def test_what_the_stage_saves_opens_in_plain_open_clip(biomedclip_folder, tmp_path, monkeypatch):
    start = {"model": f"hf-hub:{BIOMEDCLIP}", "pretrained": None, "untrained": False}
    own = {f"zero_shot__biomedclip__{key}": value for key, value in start.items()}
    write_params(tmp_path, weights__dir=str(biomedclip_folder.parent), **own)
    monkeypatch.chdir(tmp_path)
    out = Path("models/biomedclip_zero_shot")
    done = run(tmp_path, "zero_shot", f"--name biomedclip --out {out}")
    assert done.returncode == 0, done.stderr
    assert str(tmp_path) not in "".join(path.read_text() for path in out.glob("*.json"))
    done = subprocess.run(
        [sys.executable, "-c", PLAIN_OPEN_CLIP, tmp_path / "made.pt"],
        env=os.environ | OFFLINE | {"HF_HOME": str(tmp_path / "empty")},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    with torch.inference_mode():
        loaded = ClipClassifier.load(out, ModelCard.load(out))
        ours = loaded.encode_captions(["a photo of charts", "an image"])
    torch.testing.assert_close(torch.load(tmp_path / "made.pt"), ours.clone())


def test_a_saved_text_tower_comes_back_from_wherever_it_lies(biomedclip_folder, tmp_path):
    loaded = create(settings(f"local-dir:{biomedclip_folder}"))
    loaded.encode_captions(["sets padding and truncation of the tokenizer"])
    for name in ("first", "again"):
        (tmp_path / name).mkdir()
        described = card("biomedclip_zero_shot", "", loaded, True)
        loaded.save(tmp_path / name, described, home=Path("models/x"))
        again = ClipClassifier.load(tmp_path / name, ModelCard.load(tmp_path / name))
        ours = loaded.predict(PAIRS.images, PAIRS.captions)
        np.testing.assert_array_equal(again.predict(PAIRS.images, PAIRS.captions), ours)
        loaded = again
    for path in (tmp_path / "first").iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


@pytest.mark.parametrize("share", [0, 0.3, 0.999])
def test_truncated_weights_are_refused(biomedclip_folder, share):
    path = biomedclip_folder / "open_clip_pytorch_model.bin"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    refused(settings(f"local-dir:{biomedclip_folder}"), r"open_clip_pytorch_model.bin: (damag|ref)")


def test_weights_with_code_are_refused(biomedclip_folder, tmp_path):
    path = biomedclip_folder / "open_clip_pytorch_model.bin"
    path.write_bytes(pickle.dumps({"visual.proj": Code(tmp_path / "ran")}))
    refused(settings(f"local-dir:{biomedclip_folder}"), "refused, not plain tensors")
    assert not (tmp_path / "ran").exists()


MISMATCH = "QuickGELU mismatch: the model has quick_gelu={}, .* quick_gelu={}"


def test_a_fetched_model_of_the_other_activation_is_refused(openai_form):
    wrong = settings("ViT-B-32", "openai")
    refused(wrong, MISMATCH.format(False, True), openai_form)


def test_a_file_beside_its_configuration_is_held_to_it(openai_form):
    file = openai_form / "open_clip_model.safetensors"
    refused(settings("ViT-B-32", str(file)), MISMATCH.format(False, True))


def test_a_changed_configuration_is_held_to_the_card(openai_form, tmp_path):
    loaded = create(settings(f"local-dir:{openai_form}"))
    loaded.save(tmp_path, card("clip_zero_shot", "", loaded, True))
    path = tmp_path / "open_clip_config.json"
    path.write_text(path.read_text().replace('"quick_gelu": true', '"quick_gelu": false'))
    with pytest.raises(PairdxError, match=MISMATCH.format(False, True)):
        ClipClassifier.load(tmp_path, ModelCard.load(tmp_path))
    refused(settings(f"local-dir:{tmp_path}"), "QuickGELU mismatch")
