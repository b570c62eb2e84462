"""The base that ClinVLA adapts on the sample: trained where there is something to learn from."""

import logging

import pytest
import scripts
import torch
from small import PROMPTS, STILL, drawn, section, write_params

from pairdx.models.clip.clip import ClipClassifier
from pairdx.training.clip.params import PretrainClipParams
from pairdx.training.clip.pretrain import pretrain_clip
from pairdx.training.common.checkpoint import Checkpoint


@pytest.fixture
def start(architecture, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return ClipClassifier.untrained(f"local-dir:{architecture}", PROMPTS, 0)


def weights(clip):
    return torch.cat([weight.detach().flatten() for weight in clip.model.parameters()])


def pretrained(clip, rows, **changes):
    changes = {"epochs": 1, "batch_size": 8, "augment": STILL} | changes
    params = section(PretrainClipParams, **changes)
    return pretrain_clip(clip, drawn(rows), drawn(6), params, 0, Checkpoint("base", "x"))


def test_it_learns(start):
    before = weights(start)
    assert pretrained(start, 12)
    assert not torch.equal(weights(start), before)


def test_too_few_pairs_are_told_and_leave_it_as_it_was(start, caplog):
    before = weights(start)
    with caplog.at_level(logging.WARNING):
        assert not pretrained(start, 7)
    assert "7 curated pairs are outside PairDx" in caplog.text
    assert torch.equal(weights(start), before)


def test_no_epochs_were_asked_for(start, caplog):
    assert not pretrained(start, 12, epochs=0)
    assert not caplog.text


def test_without_epochs_the_stage_reads_no_pair(architecture, tmp_path):
    write_params(
        tmp_path, pretrain_clip__epochs=0, pretrain_clip__model=f"local-dir:{architecture}"
    )
    words = "--scrubbed no.parquet --pairs none --out bases/small_clip"
    done = scripts.run(tmp_path, "pretrain_clip", words)
    assert done.stdout.startswith("pretrain_clip: random weights"), done.stderr
    assert (tmp_path / "bases" / "small_clip" / "model.json").exists()
