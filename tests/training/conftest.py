"""A CLIP model small enough to be trained in a test."""

import pytest
from small import section, tiny_clip

from pairdx.models.clip.clip import ClipClassifier
from pairdx.models.clip.params import ClipZeroShotParams


@pytest.fixture(scope="session")
def architecture(tmp_path_factory):
    return tiny_clip(tmp_path_factory.mktemp("clip") / "architecture")


@pytest.fixture
def start(architecture, tmp_path, monkeypatch):
    """Make a fresh model; the same one each time."""
    monkeypatch.chdir(tmp_path)
    values = {"model": f"local-dir:{architecture}", "pretrained": None, "untrained": True}
    params = section(ClipZeroShotParams, **values)
    return lambda: ClipClassifier.create(params, seed=1)
