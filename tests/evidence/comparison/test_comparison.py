"""The stage `compare`: predictions of some models side by side, from the tables alone."""

import json

import pytest
from predictions import predictions, write_predictions
from scripts import run
from small import section, write_params

from pairdx.evidence.comparison import comparison
from pairdx.evidence.comparison.comparison import KEYS
from pairdx.statistics.predictions.summary import ScoreParams, summarise

WORDS = (
    "--predictions predictions --headline headline.json --scores scores.json --chart chart.csv "
    "--significance significance.json --differences-chart differences.csv --table table.md"
)
ACTUAL = [0, 5, 0]
SAID = {"b": [0, 0, 0], "a": [0, 5, 0]}  # 2 and 3 of 3 are right


@pytest.fixture
def project(tmp_path):
    """Two models' predictions of three pairs."""
    write_params(tmp_path, compared=SAID, intervals__resamples=200)
    for name, predicted in SAID.items():
        write_predictions(
            tmp_path / "predictions" / f"{name}.parquet", predictions(ACTUAL, predicted)
        )
    return tmp_path


def read(project, name):
    return json.loads((project / name).read_text(encoding="utf-8"))


def test_the_scores_are_those_of_each_model_alone(project):
    done = run(project, "compare", WORDS)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("compare: 2 models; 0 of 1 differences hold by article")
    scores = read(project, "scores.json")
    assert list(scores) == ["b", "a"]  # as params list them
    for name, predicted in SAID.items():
        alone = summarise(predictions(ACTUAL, predicted), section(ScoreParams, resamples=200), 17)
        assert scores[name] == {key: alone[key] for key in (*KEYS, "n")}
    assert scores["b"]["accuracy"] == pytest.approx(2 / 3, abs=1e-6)
    assert scores["b"]["n"] == 3
    assert read(project, "headline.json") == {
        "b": {"acc": pytest.approx(2 / 3, abs=1e-6), "f1": pytest.approx(0.4, abs=1e-6)},
        "a": {"acc": 1.0, "f1": 1.0},
    }


def test_the_differences_are_told_as_a_table_and_drawn(project):
    assert run(project, "compare", WORDS).returncode == 0
    found = read(project, "significance.json")
    assert list(found) == ["b_vs_a"]
    assert found["b_vs_a"]["accuracy"] == pytest.approx(-1 / 3, abs=1e-6)
    lines = (project / "differences.csv").read_text().splitlines()
    assert lines[0] == "models,metric,value,low,high"
    assert [line.split(",")[:2] for line in lines[1:]] == [
        ["b - a", "accuracy"],
        ["b - a", "macro_f1"],
    ]
    table = (project / "table.md").read_text().splitlines()
    assert table[2].startswith("| b - a | -0.333 [-0.960, +0.847] | -0.600 [")
    assert table[2].endswith("| 0 | 1 | 1.0000 | 1.0000 | 1.0000 | 1.0000 |")
    assert table[4].startswith("3 test pairs of 3 articles.")


def test_the_chart_has_a_row_a_model_and_metric():
    one = dict.fromkeys(KEYS, 0.5) | {"accuracy": 0.71, "n": 153}
    assert comparison.chart_csv({"fusion": one}).splitlines() == [
        "model,metric,value,low,high",
        "fusion,accuracy,0.71,0.5,0.5",
        "fusion,macro_f1,0.5,0.5,0.5",
    ]


def test_predictions_of_other_pairs_stop_it_in_one_line(project):
    model = predictions(ACTUAL, SAID["a"])
    write_predictions(project / "predictions" / "a.parquet", model, ids=["x", "y", "z"])
    done = run(project, "compare", WORDS)
    assert done.returncode == 1
    assert done.stderr.startswith("error: predictions/a.parquet: id = 'x' in row 0")
    assert not (project / "scores.json").exists()


def test_a_model_without_predictions_is_named(project):
    (project / "predictions" / "a.parquet").unlink()
    done = run(project, "compare", WORDS)
    assert done.returncode == 1
    assert "predictions/a.parquet: no such file" in done.stderr


def test_a_zero_shot_model_needs_its_parameters(project):
    write_params(project, compared=["b", "best_zero_shot"])
    done = run(project, "compare", WORDS)
    assert done.returncode == 1
    assert "compared: 'best_zero_shot' is not in zero_shot; there are clip_zero" in done.stderr
