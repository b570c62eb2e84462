"""What the doctor counts, against numbers that others have published or that are plain sums."""

from dataclasses import replace

import pytest
from closure import ROOT
from last_run import ROWS, TOOK, write_last_run
from small import write_params

from pairdx.core.params import read
from pairdx.doctor.costs import Cost, clip_cost, image_encoder_cost
from pairdx.doctor.findings import gigabytes
from pairdx.doctor.scale import measure
from pairdx.doctor.sections import check
from pairdx.doctor.times import ADAMW, Work, in_words, last_runs, seconds


def test_resnet18_is_as_published():
    cost = image_encoder_cost("resnet18", 224)
    assert cost.parameters == 11_689_512 - 513_000  # torchvision's, without the layer on top
    assert cost.flops / 2 == pytest.approx(1.814e9, rel=0.001)  # multiplications
    larger = image_encoder_cost("resnet18", 448)
    assert larger.flops / cost.flops == pytest.approx(4, rel=0.01)


def test_clip_is_as_published():
    cost = clip_cost("ViT-B-32-quickgelu", "openai")
    assert cost is not None
    assert cost.parameters == 151_277_313
    assert cost.flops / 2 == pytest.approx(4.41e9, rel=0.01)
    assert clip_cost("hf-hub:owner/model", None) is None


COST = Cost(side=64, parameters=1_000, flops=10, activation_bytes=1)
RUN = Work(COST, parameters=0, rows=100, epochs=2, batch_size=10)


def test_time_grows_with_the_work():
    assert seconds(RUN, RUN, 8.0) == 8.0
    assert seconds(replace(RUN, epochs=6), RUN, 8.0) == 24.0
    assert seconds(replace(RUN, cost=replace(COST, flops=25), rows=200), RUN, 8.0) == 40.0
    captions = replace(RUN, cost=None)
    assert seconds(replace(captions, rows=50), captions, 8.0) == 4.0


def test_many_trained_values_take_their_time():
    many = replace(RUN, parameters=10**9)  # 20 steps
    assert seconds(many, RUN, 8.0) == pytest.approx(8 + 20 * 10**9 * ADAMW)
    assert seconds(RUN, many, 8.0) == pytest.approx(0.8)  # of which the images took what was left


def test_the_last_run_is_read_from_the_checkout(tmp_path):
    """From a lock in which a stage names a part of a section, and others the rest."""
    assert last_runs(tmp_path) == {}
    write_params(tmp_path, classifier__epochs=7)
    write_last_run(tmp_path, tmp_path / "params.yaml")
    runs = last_runs(tmp_path)
    assert {name: run.took for name, run in runs.items()} == TOOK
    assert runs["fusion"].rows == ROWS
    assert runs["fusion"].params["classifier"]["epochs"] == 7
    whole = read(tmp_path / "params.yaml")
    assert runs["fusion"].params["zero_shot"] == whole["zero_shot"]
    assert runs["fusion"].params["robustness"] == whole["robustness"]
    (tmp_path / "dvc.lock").write_text("schema: '2.0'")
    assert last_runs(tmp_path) == {}


def test_the_size_of_a_profile(monkeypatch):
    monkeypatch.chdir(ROOT)
    paper = measure(check(ROOT / "profiles" / "paper.yaml"))
    assert paper.pairs == 22_665  # PairDx paper, section 3
    assert paper.train == pytest.approx(0.7 * 22_665, abs=1)
    small = measure(check(ROOT / "profiles" / "small.yaml"))
    assert small.pairs == 6 * 400
    sample = measure(check(ROOT / "params.yaml"))
    assert sample.pairs == 6 * 160


def test_words():
    assert [in_words(s) for s in (0.1, 4, 89, 91, 3_600, 36_000)] == [
        "1 s",
        "4 s",
        "89 s",
        "2 min",
        "60 min",
        "10 h",
    ]
    assert [gigabytes(s) for s in (556, 44.7e6, 2.9e9)] == ["1 kB", "45 MB", "2.9 GB"]
