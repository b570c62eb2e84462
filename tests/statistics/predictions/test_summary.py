import json
from contextlib import nullcontext

import numpy as np
import pytest
from predictions import predictions, write_predictions
from pydantic import ValidationError
from scripts import run
from sklearn import metrics
from small import section, write_params
from wide_ends import wide_ends

from pairdx.core.schema import LABELS
from pairdx.statistics.intervals import bootstrap
from pairdx.statistics.predictions.summary import ScoreParams, resample, summarise
from pairdx.statistics.scores.classification import Predictions

PARAMS = section(ScoreParams, resamples=500)
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
    counts = weights[:, [0, 1, 3]]
    assert (counts.sum(axis=1) == 3).all()  # as many articles as there are
    np.testing.assert_allclose(counts.mean(axis=0), 1, atol=0.15)
    assert {0, 1, 2, 3} == set(counts.ravel())


def test_memory_is_bounded_without_changing_the_result(monkeypatch):
    drawn = draw(np.arange(100) // 2)
    whole = summarise(drawn, PARAMS, seed=1)
    monkeypatch.setattr(bootstrap, "CELLS_AT_ONCE", 700)
    monkeypatch.setattr(bootstrap, "LEAST_ROWS", 1)
    chunks = list(bootstrap.article_weights(drawn.articles, 500, np.random.default_rng(1)))
    assert {len(chunk) for chunk in chunks} == {7, 500 % 7}
    assert sum(map(len, chunks)) == 500
    assert summarise(drawn, PARAMS, seed=1) == whole


def test_interval_of_a_share_is_binomial():
    # With one pair an article, accuracy's interval is close to p +- 1.96 sqrt(p (1 - p) / n).
    summary = summarise(draw(np.arange(400)), PARAMS, seed=1)
    share = summary["accuracy"]
    assert width(summary, "accuracy") == pytest.approx(
        2 * 1.96 * np.sqrt(share * (1 - share) / 400), rel=0.12
    )


def test_intervals_are_moved_out_for_the_articles():
    drawn = draw(np.arange(60) // 5)
    summary = summarise(drawn, PARAMS, seed=1)
    (weights,) = bootstrap.article_weights(drawn.articles, 500, np.random.default_rng(1))
    shares = weights @ drawn.correct / weights.sum(axis=1)
    assert (summary["accuracy_low"], summary["accuracy_high"]) == pytest.approx(
        wide_ends(drawn.correct.mean(), shares, drawn.articles), abs=1e-6
    )


def test_pairs_that_are_copies_do_not_narrow_the_interval():
    single = draw(np.arange(80))
    copies = Predictions(
        *(
            np.concatenate([values] * 4)
            for values in (single.articles, single.actual, single.predicted, single.probabilities)
        )
    )
    one, four = (summarise(p, PARAMS, seed=1) for p in (single, copies))
    assert four["n"] == 4 * one["n"]
    for metric in METRICS:
        for key in (metric, f"{metric}_low", f"{metric}_high"):
            assert four[key] == pytest.approx(one[key], abs=2e-6)


def test_keys_and_order():
    summary = summarise(draw(np.arange(120)), PARAMS, seed=1)
    ends = ("", "_low", "_high")
    expected = ["n", *(f"{metric}{end}" for metric in METRICS for end in ends), "per_class"]
    assert list(summary) == expected
    assert list(summary["per_class"]) == list(LABELS)
    assert list(summary["per_class"]["chart"]) == ["precision", "recall", "f1", "support"]
    assert sum(scores["support"] for scores in summary["per_class"].values()) == 120
    for metric in ("accuracy", "macro_f1", "balanced_accuracy", "auroc"):
        assert summary[f"{metric}_low"] < summary[metric] < summary[f"{metric}_high"]


def test_the_scores_are_those_of_sklearn():
    drawn = draw(np.arange(120))
    told, said = drawn.actual, drawn.predicted
    summary = summarise(drawn, PARAMS, seed=1)
    assert summary["accuracy"] == pytest.approx(metrics.accuracy_score(told, said), abs=1e-6)
    assert summary["macro_f1"] == pytest.approx(
        metrics.f1_score(told, said, average="macro"), abs=1e-6
    )
    columns = metrics.precision_recall_fscore_support(told, said)
    for k, label in enumerate(LABELS):
        scores = list(summary["per_class"][label].values())
        assert scores[:3] == pytest.approx([column[k] for column in columns[:3]], abs=1e-6)
        assert scores[3] == columns[3][k]
        assert type(scores[3]) is int


def test_the_pairs_as_they_are_come_first_then_each_resample():
    drawn = draw(np.arange(60) // 2)
    (weights,) = bootstrap.article_weights(drawn.articles, 500, np.random.default_rng(1))
    values = resample(drawn, PARAMS, seed=1)
    assert {len(found) for found in values.values()} == {501}
    shares = weights @ drawn.correct / weights.sum(axis=1)
    np.testing.assert_allclose(values["accuracy"], [drawn.correct.mean(), *shares])


@pytest.mark.parametrize(("bins", "allowed"), [(1, False), (2, True), (100, True), (101, False)])
def test_bins_of_the_calibration_error(bins, allowed):
    keys = PARAMS.model_dump() | {"calibration_bins": bins}
    with nullcontext() if allowed else pytest.raises(ValidationError):
        ScoreParams.model_validate(keys)


def test_a_wider_confidence_gives_a_wider_interval():
    drawn = draw(np.arange(120))
    wider = PARAMS.model_copy(update={"confidence": 0.99})
    assert width(summarise(drawn, wider, 1), "auroc") > width(summarise(drawn, PARAMS, 1), "auroc")


def test_resamples_of_a_single_class_leave_no_nan():
    # Two articles of one class each: every other resample has no AUROC.
    perfect = np.eye(6)[[0, 1]]
    drawn = Predictions(np.array([0, 1]), np.array([0, 1]), np.array([0, 1]), perfect)
    summary = summarise(drawn, PARAMS, seed=1)
    assert (summary["auroc_low"], summary["auroc"], summary["auroc_high"]) == (None, 1, None)


def test_a_perfect_score_is_no_certainty():
    """Thirty of thirty right: shares have the exact interval, what is no share has none."""
    actual = np.arange(30) % 6
    drawn = Predictions(np.arange(30), actual, actual, np.eye(6)[actual])
    summary = summarise(drawn, PARAMS, seed=1)
    assert summary["accuracy"] == summary["accuracy_high"] == 1
    assert summary["accuracy_low"] == pytest.approx(0.025 ** (1 / 30), abs=1e-6)  # 0.884
    for metric in ("macro_f1", "balanced_accuracy", "auroc"):
        ends = [summary[f"{metric}{end}"] for end in ("", "_low", "_high")]
        assert ends == [1, None, None]
    assert list(summary) == list(summarise(draw(np.arange(120)), PARAMS, seed=1))


def evaluate(folder, chart=0.9):
    """Run the stage on five pairs; of the first, a model says `chart` with this probability."""
    told = np.full((5, 6), 0.02)
    told[[0, 1], 0] = told[[2, 3, 4], 5] = 0.9
    told[0, 0] = chart
    model = predictions([5, 0, 0, 5, 5], [0, 0, 5, 5, 5], probabilities=told)
    write_predictions(folder / "p.parquet", model, list("edcba"), list("vwxyz"))
    write_params(folder)
    return run(
        folder, "evaluate", "--predictions p.parquet --metrics m.json --confusion c/confusion.csv"
    )


def test_stage_writes_metrics_and_plots(tmp_path):
    done = evaluate(tmp_path)
    assert done.returncode == 0, done.stderr
    written = json.loads((tmp_path / "m.json").read_text())
    assert (written["n"], written["accuracy"], written["ece"]) == (5, 0.6, 0.3)
    assert (tmp_path / "c" / "confusion.csv").read_text() == (
        "actual,predicted\nchart,chart\nchart,radiology\n"
        "radiology,chart\nradiology,radiology\nradiology,radiology\n"
    )
    assert done.stdout.startswith("evaluate: accuracy 0.600 [")


def test_stage_says_what_is_wrong_on_one_line(tmp_path):
    done = evaluate(tmp_path, chart=0.5)
    assert done.returncode == 1
    assert done.stderr.startswith("error: p.parquet: p_chart = 0.5, p_electrography = 0.02")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "m.json").exists()
