"""A model folder gives a stranger the probabilities that it gives us, by what model.json says."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from model_folders import save_clip, save_network, untrained_clip
from releases import encode, picture
from small import drawn
from strangers import run_python

from pairdx.prediction.predict import load_model

PROGRAMS = re.findall(
    r"```python\n(.+?)```", Path("docs/export.md").read_text(encoding="utf-8"), re.DOTALL
)
FUSION, CLIP = PROGRAMS
CAPTIONS = ["(Endoscopy)  of “patient” 3, chart.", "", "…", "chart " * 9]  # more than are read
WIDE = encode(picture(5, (61, 37)))


def slowly(value):
    """A case that takes a Python of its own, and says little that the first does not."""
    return pytest.param(value, marks=pytest.mark.slow)


def told(program, folder, tmp_path, image, caption):
    path = tmp_path / "picture.png"
    path.write_bytes(image)
    odds = json.loads(run_python(program, str(folder), str(path), caption, home=tmp_path))
    return [odds[label] for label in json.loads((folder / "model.json").read_text())["labels"]]


@pytest.mark.parametrize("caption", [CAPTIONS[0], *map(slowly, CAPTIONS[1:])])
def test_fusion_by_torchvision_and_safetensors(fusion_folder, tmp_path, caption):
    expected = load_model(fusion_folder).predict([WIDE], [caption])[0]
    found = told(FUSION, fusion_folder, tmp_path, WIDE, caption)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.fixture(scope="module")
def fusion_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "fusion"
    return save_network(folder, image_encoder="resnet18")


@pytest.mark.parametrize("resize_mode", ["squash", slowly("shortest"), slowly("longest")])
def test_a_clip_by_open_clip(architecture, tmp_path, resize_mode):
    config = architecture / "open_clip_config.json"
    content = json.loads(config.read_text(encoding="utf-8"))
    content["preprocess_cfg"]["resize_mode"] = resize_mode
    changed = tmp_path / "changed"
    changed.mkdir()
    (changed / config.name).write_text(json.dumps(content), encoding="utf-8")
    prompts = {
        label: [f"a {label}", f"the {label} of a patient"]
        for label in dict.fromkeys(drawn(6).labels)
    }
    model = untrained_clip(changed, prompts)
    folder = save_clip(tmp_path / "pairdx_clip", model, trained=True)
    assert (
        json.loads((folder / "model.json").read_text())["inputs"]["images"]["resize"] == resize_mode
    )
    expected = load_model(folder).predict([WIDE], [""])[0]
    found = told(CLIP, folder, tmp_path, WIDE, "")
    np.testing.assert_allclose(found, expected, atol=1e-6)
