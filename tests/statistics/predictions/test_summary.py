import json
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from closure import ROOT as TOP
from wide_ends import wide_ends

from pairdx.core.schema import LABELS, PREDICTIONS, write_table
from pairdx.evidence.scores import summary as intervals
from pairdx.evidence.scores.summary import EvaluateParams
from pairdx.statistics.intervals import bootstrap
from pairdx.statistics.scores.classification import Predictions

PARAMS = EvaluateParams(resamples=500, confidence=0.95, calibration_bins=10)
METRICS = ("accuracy", "macro_f1", "balanced_accuracy", "auroc", "ece")


def draw(articles):
    generator = np.random.default_rng(3)
    pairs = len(articles)
    actual = generator.integers(6, size=pairs)
    logits = generator.normal(size=(pairs, 6))
    logits[np.arange(pairs), actual] += 1.5
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return Predictions(np.asarray(articles), actual, probabilities.argmax(axis=1), probabilities)


def width(summary, metric):
    return summary[f"{metric}_high"] - summary[f"{metric}_low"]


def test_articles_are_drawn_whole():
    articles = np.array([0, 1, 1, 2, 0])
    (weights,) = bootstrap.article_weights(articles, 300, np.random.default_rng(0))
    assert weights.shape == (300, 5)
    np.testing.assert_array_equal(weights[:, 0], weights[:, 4])
    np.testing.assert_array_equal(weights[:, 1], weights[:, 2])
    drawn = weights[:, [0, 1, 3]]
    assert (drawn.sum(axis=1) == 3).all()  # as many articles as there are
    np.testing.assert_allclose(drawn.mean(axis=0), 1, atol=0.15)
    assert {0, 1, 2, 3} == set(drawn.ravel())


def test_memory_is_bounded_without_changing_the_result(monkeypatch):
    predictions = draw(np.arange(100) // 2)
    whole = intervals.summarise(predictions, PARAMS, seed=1)
    monkeypatch.setattr(bootstrap, "CELLS_AT_ONCE", 700)
    chunks = list(bootstrap.article_weights(predictions.articles, 500, np.random.default_rng(1)))
    assert {len(chunk) for chunk in chunks} == {7, 500 % 7}
    assert sum(map(len, chunks)) == 500
    assert intervals.summarise(predictions, PARAMS, seed=1) == whole


def test_interval_of_a_share_is_binomial():
    # With one pair an article, accuracy's interval is close to p +- 1.96 sqrt(p (1 - p) / n).
    summary = intervals.summarise(draw(np.arange(400)), PARAMS, seed=1)
    share = summary["accuracy"]
    assert width(summary, "accuracy") == pytest.approx(
        2 * 1.96 * np.sqrt(share * (1 - share) / 400), rel=0.12
    )


def test_intervals_are_moved_out_for_the_articles():
    predictions = draw(np.arange(60) // 5)
    summary = intervals.summarise(predictions, PARAMS, seed=1)
    (weights,) = bootstrap.article_weights(predictions.articles, 500, np.random.default_rng(1))
    shares = weights @ predictions.correct / weights.sum(axis=1)
    assert (summary["accuracy_low"], summary["accuracy_high"]) == pytest.approx(
        wide_ends(shares, 12), abs=1e-6
    )


def test_pairs_that_are_copies_do_not_narrow_the_interval():
    single = draw(np.arange(80))
    copies = Predictions(
        *(
            np.concatenate([values] * 4)
            for values in (single.articles, single.actual, single.predicted, single.probabilities)
        )
    )
    one, four = (intervals.summarise(p, PARAMS, seed=1) for p in (single, copies))
    assert four["n"] == 4 * one["n"]
    for metric in METRICS:
        for key in (metric, f"{metric}_low", f"{metric}_high"):
            assert four[key] == pytest.approx(one[key], abs=2e-6)


def test_keys_and_order():
    summary = intervals.summarise(draw(np.arange(120)), PARAMS, seed=1)
    ends = ("", "_low", "_high")
    expected = ["n", *(f"{metric}{end}" for metric in METRICS for end in ends), "per_class"]
    assert list(summary) == expected
    assert list(summary["per_class"]) == list(LABELS)
    assert list(summary["per_class"]["chart"]) == ["precision", "recall", "f1", "support"]
    assert sum(scores["support"] for scores in summary["per_class"].values()) == 120
    for metric in ("accuracy", "macro_f1", "balanced_accuracy", "auroc"):
        assert summary[f"{metric}_low"] < summary[metric] < summary[f"{metric}_high"]


def test_a_wider_confidence_gives_a_wider_interval():
    predictions = draw(np.arange(120))
    wider = PARAMS.model_copy(update={"confidence": 0.99})
    assert width(intervals.summarise(predictions, wider, 1), "auroc") > width(
        intervals.summarise(predictions, PARAMS, 1), "auroc"
    )


def test_resamples_of_a_single_class_leave_no_nan():
    # Two articles of one class each: every other resample has no AUROC.
    perfect = np.eye(6)[[0, 1]]
    predictions = Predictions(np.array([0, 1]), np.array([0, 1]), np.array([0, 1]), perfect)
    summary = intervals.summarise(predictions, PARAMS, seed=1)
    assert (summary["auroc_low"], summary["auroc"], summary["auroc_high"]) == (1, 1, 1)


def run_stage(folder, *changes):
    """Run stages/evaluate.py in ``folder`` on five pairs."""
    confident = {f"p_{label}": [0.02] * 5 for label in LABELS}
    confident |= {"p_chart": [0.9, 0.9, 0.02, 0.02, 0.02]}
    confident |= {"p_radiology": [0.02, 0.02, 0.9, 0.9, 0.9]}
    columns = {
        "id": list("edcba"),
        "article_id": list("vwxyz"),
        "label": ["radiology", "chart", "chart", "radiology", "radiology"],
        "predicted": ["chart", "chart", "radiology", "radiology", "radiology"],
        **confident,
    }
    table = pa.table(columns | dict(changes), schema=PREDICTIONS)
    write_table(table, folder / "p.parquet", PREDICTIONS)
    (folder / "params.yaml").write_bytes((TOP / "params.yaml").read_bytes())
    options = {
        "predictions": "p.parquet",
        "metrics": "m.json",
        "confusion": "plots/confusion.csv",
        "calibration": "plots/calibration.csv",
    }
    arguments = [word for name, path in options.items() for word in (f"--{name}", path)]
    return subprocess.run(
        [sys.executable, TOP / "stages" / "evaluate.py", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
    )


def test_stage_writes_metrics_and_plots(tmp_path):
    done = run_stage(tmp_path)
    assert done.returncode == 0, done.stderr
    metrics = json.loads((tmp_path / "m.json").read_text())
    assert (metrics["n"], metrics["accuracy"], metrics["ece"]) == (5, 0.6, 0.3)
    assert (tmp_path / "plots" / "confusion.csv").read_text() == (
        "actual,predicted\nchart,chart\nchart,radiology\n"
        "radiology,chart\nradiology,radiology\nradiology,radiology\n"
    )
    assert (tmp_path / "plots" / "calibration.csv").read_text() == (
        "confidence,accuracy,count,lower,upper\n0.9,0.6,5,0.8,0.9\n"
    )


def test_stage_says_what_is_wrong_on_one_line(tmp_path):
    done = run_stage(tmp_path, ("p_chart", [0.5, 0.9, 0.02, 0.02, 0.02]))
    assert done.returncode == 1
    assert done.stderr.startswith("error: p.parquet: p_* = 0.5, 0.02")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "m.json").exists()
