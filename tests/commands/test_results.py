"""`pairdx results`: the table of all models, from the files that stages leave."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pairdx.commands.results import duration, markdown, slowest
from pairdx.core.errors import PairdxError
from pairdx.core.schema import PAIRS
from pairdx.evidence.comparison.comparison import KEYS
from pairdx.models.common.card import ModelCard

NAMES = ["fusion", "clip_zero_shot", "pairdx_clip"]


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def write_test_split(project, sources):
    columns = {name: pa.nulls(len(sources), PAIRS.field(name).type) for name in PAIRS.names}
    columns["source"] = pa.array(sources, pa.string())
    path = project / "data" / "pairdx" / "test.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns, PAIRS), path)


def save_card(project, name, trained):
    folder = project / "models" / name
    folder.mkdir(parents=True, exist_ok=True)
    ModelCard(name, "clip", "", trained, 1_234_567).save(folder)


@pytest.fixture
def project(tmp_path):
    """Three models' files, as the stages before leave them."""
    scores = {}
    for position, name in enumerate(NAMES):
        scores[name] = dict.fromkeys(KEYS, 0.5) | {"accuracy": 0.71 - position / 10, "n": 153}
        save_card(tmp_path, name, trained=name != "clip_zero_shot")
    write(tmp_path / "metrics" / "comparison.json", scores)
    timing = tmp_path / "metrics" / "timing"
    write(timing / "train" / "fusion.json", {"seconds": 48.4})
    write(timing / "train" / "pairdx_clip.json", {"seconds": 200.2})
    speed = {"seconds_per_pair_median": 0.01234, "seconds_per_pair_p90": 0.02}
    cpu = {"model": "Ryzen", "cores": 2}
    write(timing / "cpu.json", {"models": dict.fromkeys(NAMES, speed), "cpu": cpu})
    write_test_split(tmp_path, ["synthetic sample"] * 153)
    return tmp_path


def test_the_table(project):
    assert markdown(project).splitlines()[2:] == [
        "| fusion | 0.710 [0.500, 0.500] | 0.500 [0.500, 0.500] | 1,234,567 | 48 s | 0.0123 |",
        "| clip_zero_shot (untrained) | 0.610 [0.500, 0.500] | 0.500 [0.500, 0.500] "
        "| 1,234,567 | none | 0.0123 |",
        "| pairdx_clip | 0.510 [0.500, 0.500] | 0.500 [0.500, 0.500] "
        "| 1,234,567 | 3 min 20 s | 0.0123 |",
        "",
        "Measured on: synthetic sample (n = 153 test pairs); intervals: bootstrap by article.",
        "Numbers on drawn images say nothing about medicine.",
        "Untrained: random weights; chance = 1/6.",
        "CPU s per image: median of one pair at a time, decode to label, where `benchmark_cpu` "
        "last ran (model: Ryzen, cores: 2).",
    ]


def test_chance_is_one_in_as_many_classes_as_there_are(project, monkeypatch):
    monkeypatch.setattr("pairdx.commands.results.LABELS", ("ct", "mri"))
    assert "Untrained: random weights; chance = 1/2." in markdown(project)


def test_a_perfect_score_says_what_is_known(project):
    one = {"accuracy": 1.0, "accuracy_low": 0.884, "accuracy_high": 1.0, "n": 30}
    one |= {"macro_f1": 1.0, "macro_f1_low": None, "macro_f1_high": None}
    write(project / "metrics" / "comparison.json", {"fusion": one})
    assert "| fusion | 1.000 [0.884, 1.000] | 1.000 [none] |" in markdown(project)


def test_real_pairs_and_trained_models_need_no_warning(project):
    save_card(project, "clip_zero_shot", trained=True)
    write_test_split(project, ["MultiCaRe"] * 152 + [None])
    text = markdown(project)
    assert "Measured on: MultiCaRe, pairs of unknown source (n = 153" in text
    assert "drawn images" not in text
    assert "ntrained" not in text


def test_what_is_not_there_is_left_blank_and_named(project):
    """As in a clone with the metrics alone."""
    for path in ("metrics/timing/cpu.json", "models/fusion/model.json", "data/pairdx/test.parquet"):
        (project / path).unlink()
    (project / "models" / "fusion").rmdir()
    told = markdown(project)
    assert "| fusion | 0.710 [0.500, 0.500] | 0.500 [0.500, 0.500] |  | 48 s |  |" in told
    assert "Measured on: pairs that are not here (n = 153" in told
    assert "\nNot here, scored by an earlier run: fusion; `dvc repro` trains," in told


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("metrics/comparison.json", None, "comparison.json: no results; run `dvc repro compare`"),
        ("metrics/comparison.json", "{", "comparison.json: not valid JSON"),
        (
            "metrics/comparison.json",
            '{"fusion": {"n": 153}}',
            "comparison.json: fusion.accuracy is missing",
        ),
        ("metrics/timing/cpu.json", "{", "cpu.json: not valid JSON"),
        ("models/fusion/model.json", None, "fusion/model.json: no such file"),
        ("models/fusion/model.json", '{"parameters": 1}', "model.json: not a model card"),
    ],
)
def test_what_cannot_be_read_is_said(project, file, content, message):
    (project / file).unlink()
    if content is not None:
        (project / file).write_text(content)
    with pytest.raises(PairdxError, match=message):
        markdown(project)


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
    assert duration(seconds) == said


def test_the_longest_stages_are_told_by_their_last_run(tmp_path):
    path = tmp_path / "seconds.csv"
    assert slowest(path=path) == ""
    path.write_text("filter,1.0\ntrain,90.0\nfilter,2.0\nscan,30.0\n")
    told = slowest(2, path)
    whole, longest = told.split(", the longest: ")
    assert whole == "Stages took 2 min 02 s in all, but for their start"
    assert longest == "train 1 min 30 s, scan 30 s."
