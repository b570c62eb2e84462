"""Model folders from elsewhere: what does not fit is refused in one line, whatever it is."""

import json
import os
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from small import PROMPTS, drawn
from true_forms import Code

from pairdx.core.errors import PairdxError
from pairdx.models.clip.clip import ClipClassifier
from pairdx.prediction.predict import load_model

PAIRS = drawn(2)
KINDS = ("fusion", "tfidf", "pairdx_clip", "clinvla")
WRONG: tuple[object, ...] = (None, True, "x", "", "\0", -1, 0, 0.5, 10**30, [], ["x"], {}, {"x": 1})
CONFIG = "open_clip_config.json"


@pytest.fixture
def copied(tmp_path, model_folders):
    """Copy a model folder, and the one that it names, to be spoilt."""

    def copy(kind):
        shutil.copytree(model_folders / "clip_zero_shot", tmp_path / "clip_zero_shot")
        return shutil.copytree(model_folders / kind, tmp_path / kind)

    return copy


def refused(folder, told=""):
    with pytest.raises(PairdxError, match=told) as error:
        load_model(folder)
    assert len(str(error.value).splitlines()) == 1


def predicted_or_refused(folder):
    """Whether a model could be used; anything but a prediction or a line of an error escapes."""
    told = "nothing"
    try:
        rows = load_model(folder).predict(PAIRS.images, PAIRS.captions)
    except PairdxError as error:
        told, rows = str(error), None
    assert len(told.splitlines()) == 1
    assert len(told) < 1_000
    if rows is None:
        return False
    np.testing.assert_allclose(rows.sum(1), 1)
    return True


def changed(path, content, *keys):
    """Write a JSON file with one value after another in the place of what ``keys`` lead to."""
    whole = json.loads(path.read_text(encoding="utf-8"))
    inner = whole
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = content
    path.write_text(json.dumps(whole), encoding="utf-8")


def places(content, *above):
    """Yield the keys that lead to every value of a JSON object."""
    for key, value in content.items():
        yield (*above, key)
        if isinstance(value, dict):
            yield from places(value, *above, key)


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_values_in_a_card(copied, kind):
    """All wrong types are refused; a value of the right type is, or it does no harm."""
    folder = copied(kind)
    path = folder / "model.json"
    whole = path.read_bytes()
    for keys in places(json.loads(whole)):
        if keys[1:2] == ("prompts",) and len(keys) > 2:  # told by test_wrong_prompts
            continue
        worked = []
        for value in WRONG:
            path.write_bytes(whole)
            changed(path, value, *keys)
            if predicted_or_refused(folder):
                worked.append(type(value))
        assert len(set(worked)) < 3, (keys, worked)  # of as many types as one place may allow


@pytest.mark.parametrize("value", [None, {}, {"chart": ["a chart"]}, "a chart"])
def test_wrong_prompts(copied, value):
    folder = copied("pairdx_clip")
    changed(folder / "model.json", value, "settings", "prompts")
    refused(folder, r"model\.json: settings\.prompts = .*train the model again")


@pytest.mark.parametrize("name", ["vision_cfg", "text_cfg"])
def test_a_null_section_of_a_clip_configuration(copied, name):
    folder = copied("pairdx_clip")
    changed(folder / CONFIG, None, "model_cfg", name)
    refused(folder, rf"open_clip_config\.json: .*model_cfg\.{name} = None")


def test_wrong_values_in_a_clip_configuration(copied):
    folder = copied("pairdx_clip")
    path = folder / CONFIG
    whole = path.read_bytes()
    for keys in places(json.loads(whole)):
        for value in (None, "x", -1, [], {}):
            path.write_bytes(whole)
            changed(path, value, *keys)
            predicted_or_refused(folder)


@pytest.mark.parametrize("tower", ["hf_hub:evil/x", "hf-hub:evil/x", "local-dir:/evil", "evil"])
def test_an_image_tower_of_a_hub_is_refused_before_the_hub_is_asked(copied, tower, monkeypatch):
    def asked(*_):
        raise AssertionError("the network was asked")

    monkeypatch.setattr("socket.getaddrinfo", asked)
    folder = copied("pairdx_clip")
    changed(folder / CONFIG, tower, "model_cfg", "vision_cfg", "timm_model_name")
    told = rf"timm_model_name = '{tower}'; a model of timm\.list_models\(\)"
    refused(folder, told)
    with pytest.raises(PairdxError, match=told):
        ClipClassifier.untrained(f"local-dir:{folder}", PROMPTS, 1)


def test_the_file_that_open_clip_reads_is_checked(copied, tmp_path):
    """It prefers a pickle of a name that it knows to a safetensors of another name."""
    folder = copied("pairdx_clip")
    weights = folder / "open_clip_model.safetensors"
    weights.rename(folder / "harmless.safetensors")
    code = {"visual.proj": Code(tmp_path / "ran")}
    (folder / "open_clip_pytorch_model.bin").write_bytes(pickle.dumps(code))
    refused(folder, r"open_clip_pytorch_model\.bin: refused, not plain tensors")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers(copied, kind, number):
    folder = copied(kind)
    path = next(folder.glob("*.safetensors"))
    weights = load_file(path)
    name = max(weights, key=lambda key: weights[key].numel() * weights[key].is_floating_point())
    weights[name].view(-1)[-1] = number
    save_file(weights, path)
    refused(folder, "holds NaN or infinity")


@pytest.mark.parametrize("words", [[], ["chart"], [None] * 7, "abcdefg", None, ["a"] * 8])
def test_a_vocabulary_that_is_not_that_of_the_table(copied, words):
    folder = copied("fusion")
    changed(folder / "vocabulary.json", words, "words")
    refused(folder, r"vocabulary\.json: .*(7 vectors for \d words|words.* = .*; Input should)")


@pytest.mark.parametrize("number", [0, -1, 513, 2.0, "6", None, True])
def test_a_number_of_tokens_that_cannot_be(copied, number):
    folder = copied("fusion")
    changed(folder / "vocabulary.json", number, "max_tokens")
    refused(folder, rf"vocabulary\.json: .*max_tokens = {number!r}; Input should")


@pytest.mark.parametrize("terms", [[], ["a"], None, "abc", [1, 2], {"a": 0}])
def test_terms_that_are_not_those_of_the_weights(copied, terms):
    folder = copied("tfidf")
    changed(folder / "vocabulary.json", terms, "terms")
    refused(folder, r"(vocabulary\.json: .*terms.* = .*; Input should|idf of shape)")


@pytest.mark.parametrize("kind", KINDS)
def test_files_of_a_folder_that_end_never_or_hold_anything(copied, kind):
    folder = copied(kind)
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        for spoil in (_fifo, _folder, _loop, _deep, _large_number):
            path.unlink()
            spoil(path)
            assert not predicted_or_refused(folder), (path, spoil)
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            path.write_bytes(whole)
    assert predicted_or_refused(folder)


def _fifo(path):
    os.mkfifo(path)


def _folder(path):
    path.mkdir()


def _loop(path):
    path.symlink_to(path.name)


def _deep(path):
    path.write_text("[" * 100_000 + "]" * 100_000)


def _large_number(path):
    path.write_text(f'{{"trained": {"9" * 5_000}}}')


@pytest.mark.parametrize("place", ["a file", "a loop", "a FIFO"])
def test_no_folder_at_all(tmp_path, place):
    path = tmp_path / "model"
    {"a file": Path.touch, "a loop": _loop, "a FIFO": _fifo}[place](path)
    refused(path, r"model/model\.json: cannot be read \(.*name a folder that holds a model")


def test_class_vectors_of_another_number(copied):
    folder = copied("pairdx_clip")
    changed(folder / "model.json", True, "settings", "probe")
    save_file({"class_vectors": torch.ones(5, 16)}, folder / "class_vectors.safetensors")
    refused(folder, r"class_vectors\.safetensors: class_vectors, one a class, are needed")
