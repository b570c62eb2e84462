"""Runs small enough for a test."""

import pytest
from model_folders import untrained_clip


@pytest.fixture(autouse=True)
def kept_after_every_epoch(monkeypatch):
    """A run that is killed here lasts no minute."""
    monkeypatch.setattr("pairdx.training.common.loop.SAVE_EVERY", 0)


@pytest.fixture
def start(architecture, tmp_path, monkeypatch):
    """Make a fresh model; the same one each time."""
    monkeypatch.chdir(tmp_path)
    return lambda: untrained_clip(architecture)
