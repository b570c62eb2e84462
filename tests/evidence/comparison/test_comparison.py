import json
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from closure import ROOT as TOP

from pairdx.core.errors import PairdxError
from pairdx.evidence.comparison import comparison as report

NAMES = ["pairdx_clip", "clip_zero_shot", "fusion"]


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


@pytest.fixture
def project(tmp_path):
    """Three models' files, as the stages before leave them."""
    for position, name in enumerate(NAMES):
        scores = dict.fromkeys(report.KEYS, 0.5) | {"accuracy": 0.51 + position / 10}
        write(tmp_path / "metrics" / f"{name}.json", {"n": 153, **scores, "ece": 0.1})
        about = {"model": name, "parameters": 1234567, "trained": name != "clip_zero_shot"}
        write(tmp_path / "models" / name / "model.json", about)
    timing = tmp_path / "metrics" / "timing"
    write(timing / "train" / "fusion.json", {"seconds": 48.4})
    write(timing / "train" / "pairdx_clip.json", {"seconds": 200.2})
    speed = {"seconds_per_pair_median": 0.01234, "seconds_per_pair_p90": 0.02}
    cpu = {"model": "Ryzen", "cores": 2}
    write(timing / "cpu.json", {"models": dict.fromkeys(NAMES, speed), "cpu": cpu})
    write_test_split(tmp_path, ["synthetic sample"] * 153)
    return tmp_path


def write_test_split(project, sources):
    pq.write_table(pa.table({"source": pa.array(sources, pa.string())}), project / "test.parquet")


def read(project, names=NAMES):
    metrics = project / "metrics"
    timing, test = metrics / "timing", project / "test.parquet"
    return report.read_comparison(names, metrics, project / "models", timing, test)


def test_markdown(project):
    assert report.comparison_markdown(read(project)).splitlines()[2:] == [
        "| fusion | 0.710 [0.500, 0.500] | 0.500 [0.500, 0.500] | 1,234,567 | 48 s | 0.0123 |",
        "| clip_zero_shot (untrained) | 0.610 [0.500, 0.500] | 0.500 [0.500, 0.500] "
        "| 1,234,567 | none | 0.0123 |",
        "| pairdx_clip | 0.510 [0.500, 0.500] | 0.500 [0.500, 0.500] "
        "| 1,234,567 | 3 min 20 s | 0.0123 |",
        "",
        "Measured on: synthetic sample (n = 153 test pairs); intervals: bootstrap by article.",
        "Numbers on drawn images say nothing about medicine.",
        "Untrained: random weights; chance = 1/6.",
        "CPU s per image: median of one pair at a time, decode to label (model: Ryzen, cores: 2).",
    ]


def test_real_pairs_and_trained_models_need_no_warning(project):
    for name in NAMES:
        write(project / "models" / name / "model.json", {"parameters": 1, "trained": True})
    write_test_split(project, ["MultiCaRe"] * 152 + [None])
    text = report.comparison_markdown(read(project))
    assert "Measured on: MultiCaRe, pairs of unknown source (n = 153" in text
    assert "drawn images" not in text
    assert "ntrained" not in text


def test_scores_hold_no_times(project):
    scores = report.comparison_json(read(project))
    assert list(scores) == ["fusion", "clip_zero_shot", "pairdx_clip"]
    assert list(scores["fusion"]) == [*report.KEYS, "n", "parameters"]


def test_chart(project):
    lines = report.comparison_csv(read(project, ["fusion"])).splitlines()
    assert lines == [
        "model,metric,value,low,high",
        "fusion,accuracy,0.71,0.5,0.5",
        "fusion,macro_f1,0.5,0.5,0.5",
    ]


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("metrics/fusion.json", None, "fusion.json: no such file"),
        ("metrics/timing/train/fusion.json", None, "train/fusion.json: no such file"),
        ("metrics/fusion.json", {"n": 153}, "fusion.json: accuracy is missing"),
        ("metrics/timing/cpu.json", {"models": {}}, "cpu.json: models.fusion is missing"),
        ("models/fusion/model.json", {"parameters": 1}, "model.json: trained is missing"),
        ("test.parquet", None, "test.parquet: no such file"),
    ],
)
def test_what_is_missing_is_said(project, file, content, message):
    (project / file).unlink()
    if content is not None:
        write(project / file, content)
    with pytest.raises(PairdxError, match=message):
        read(project)


def test_models_must_be_measured_on_the_same_pairs(project):
    write_test_split(project, ["synthetic sample"] * 150)
    with pytest.raises(PairdxError, match=r"fusion\.json: n = 153, but .*test.parquet has 150"):
        read(project)


def test_damaged_json(project):
    (project / "metrics" / "fusion.json").write_text("{")
    with pytest.raises(PairdxError, match=r"fusion\.json: not valid JSON"):
        read(project)


def test_unknown_model(project):
    with pytest.raises(PairdxError, match="--model resnet: no such model; allowed are fusion, "):
        read(project, ["resnet"])


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.44, "0.4 s"),
        (48.4, "48 s"),
        (59.7, "1 min 00 s"),
        (200, "3 min 20 s"),
        (7500, "2 h 05 min"),
    ],
)
def test_durations(seconds, said):
    assert report._duration(seconds) == said


def test_stage(project):
    options = ["--metrics", "metrics", "--models", "models", "--timing", "metrics/timing"]
    options += ["--test", "test.parquet"]
    options += ["--scores", "metrics/comparison.json", "--chart", "plots/comparison.csv"]
    options += ["--table", "metrics/timing/comparison.md"]
    for name in NAMES:
        options += ["--model", name]
    command = [sys.executable, TOP / "stages" / "compare.py", *options]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    comparison = read(project)
    scores = json.loads((project / "metrics" / "comparison.json").read_text())
    assert scores == report.comparison_json(comparison)
    chart = project / "plots" / "comparison.csv"
    assert chart.read_text() == report.comparison_csv(comparison)
    table = project / "metrics" / "timing" / "comparison.md"
    assert table.read_text() == report.comparison_markdown(comparison)
