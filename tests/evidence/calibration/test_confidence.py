import itertools
import json

import numpy as np
import pytest
from predictions import write_predictions
from scripts import run
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss
from small import section, write_params

from pairdx.evidence.calibration import temperature
from pairdx.evidence.calibration.abstention import risk_areas, risk_coverage, threshold_for
from pairdx.evidence.calibration.confidence import answered, at_temperature, summarise
from pairdx.evidence.calibration.params import CalibrateParams
from pairdx.evidence.calibration.temperature import fit_temperature, scale
from pairdx.statistics.intervals.resamples import Resamples
from pairdx.statistics.scores.classification import Predictions

PARAMS = section(CalibrateParams, resamples=200, coverages=(0.8, 0.9))


def draw(pairs, true_temperature=1.0, seed=0, articles=None):
    """Labels drawn from probabilities that are told at another temperature."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(size=(pairs, 6)) * 2
    honest = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    actual = np.array([generator.choice(6, p=row) for row in honest])
    told = scale(honest, 1 / true_temperature)
    articles = np.arange(pairs) if articles is None else articles
    return Predictions(articles, actual, told.argmax(axis=1), told)


def test_the_temperature_that_was_planted_is_found():
    for planted in (0.5, 1.0, 2.5):
        model = draw(6000, planted)
        found = fit_temperature(model.probabilities, model.actual)
        assert found == pytest.approx(planted, rel=0.06)


def test_no_temperature_of_a_fine_grid_is_better():
    model = draw(200, 1.7)
    found = fit_temperature(model.probabilities, model.actual)
    losses = {
        one: temperature.log_loss(scale(model.probabilities, one), model.actual).mean()
        for one in np.geomspace(temperature.LOWEST, temperature.HIGHEST, 4001)
    }
    best = min(losses, key=losses.get)
    assert found == pytest.approx(best, rel=2e-3)
    mean = temperature.log_loss(scale(model.probabilities, found), model.actual).mean()
    assert mean <= losses[best] + 1e-12


def test_two_classes_agree_with_logistic_regression_on_the_logit():
    """With two classes, a temperature is a logistic regression of one slope and no intercept."""
    model = draw(400, 2.0)
    pair = np.column_stack([model.probabilities[:, 0], 1 - model.probabilities[:, 0]])
    actual = (model.actual != 0).astype(np.int64)
    logit = np.log(pair[:, 1] / pair[:, 0])[:, None]
    slope = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-10).fit(logit, actual).coef_
    assert fit_temperature(pair, actual) == pytest.approx(1 / slope[0, 0], rel=1e-4)


def test_scaling_by_hand():
    half = scale(np.array([[0.8, 0.2]]), 0.5)  # squares: 0.64 and 0.04
    np.testing.assert_allclose(half, [[0.64 / 0.68, 0.04 / 0.68]])
    np.testing.assert_allclose(scale(np.array([[1.0, 0.0]]), 1.0), [[1, 1e-12]], atol=1e-11)


def test_temperatures_stay_within_their_limits():
    sure = np.tile([0.6, 0.4], (9, 1))
    zeros = np.zeros(9, dtype=np.int64)
    assert fit_temperature(sure, zeros) == pytest.approx(temperature.LOWEST)
    assert fit_temperature(sure, zeros + 1) == pytest.approx(temperature.HIGHEST)


def test_what_no_temperature_changes_keeps_its_own():
    assert fit_temperature(np.full((4, 6), 1 / 6), np.array([0, 1, 2, 3])) == 1


def test_brier_and_log_loss_are_those_of_scikit_learn():
    model = draw(300, 1.6)
    found = summarise(model, draw(300, 1.6, seed=1), PARAMS, seed=0)
    labels = range(6)
    after = at_temperature(model, found["temperature"])
    for when, state in (("before", model), ("after", after)):
        brier = brier_score_loss(
            model.actual, state.probabilities, labels=labels, scale_by_half=False
        )
        assert found[when]["brier"] == pytest.approx(brier, abs=1e-6)
        nll = log_loss(model.actual, state.probabilities, labels=labels)
        assert found[when]["nll"] == pytest.approx(nll, abs=1e-6)
        for name in ("ece", "brier", "nll", "aurc"):
            scores = found[when]
            assert scores[f"{name}_low"] < scores[name] < scores[f"{name}_high"] or name == "ece"
            change = found["after"][name] - found["before"][name]
            assert found["change"][name] == pytest.approx(change, abs=2e-6)
    assert found["change"]["nll_high"] < 0  # too sure by 1.6: scaling shows beyond noise


def areas(confidence, correct, weights=None):
    weights = np.ones((1, len(confidence))) if weights is None else np.asarray(weights, float)
    return risk_areas(weights, np.array(confidence), np.array(correct, dtype=bool))


def test_the_area_under_risk_by_hand():
    # Answered in the order 0.9 (right), 0.8 (wrong), 0.7 (right): risks 0, 1/2, 1/3.
    assert areas([0.7, 0.9, 0.8], [1, 1, 0]) == pytest.approx([(0 + 1 / 2 + 1 / 3) / 3])
    assert areas([0.7, 0.9], [0, 0]) == pytest.approx([1])
    assert areas([0.7, 0.9], [1, 1]) == pytest.approx([0])


def test_a_pair_drawn_twice_counts_twice():
    found = areas([0.9, 0.8, 0.7], [1, 0, 1], [[2, 1, 0], [0, 0, 3]])
    assert found == pytest.approx([(0 + 0 + 1 / 3) / 3, 0])


def test_ties_are_the_mean_over_every_order():
    """A mean over orders of the tied pairs, told apart by next to nothing."""
    confidence, correct = np.array([0.9, 0.5, 0.5, 0.5, 0.2]), np.array([1, 0, 1, 1, 0])
    orders = itertools.permutations([0, 1e-4, 2e-4])
    each = [areas(confidence + np.array([0, *order, 0]), correct)[0] for order in orders]
    assert areas(confidence, correct)[0] == pytest.approx(np.mean(each))


def test_one_confidence_for_all_gives_the_error_rate():
    assert areas([1 / 6] * 5, [1, 0, 0, 1, 0]) == pytest.approx([0.6])


def test_the_curve_ends_at_the_error_rate():
    curve = risk_coverage(np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, False, True, True]))
    assert curve["coverage"].tolist() == [0.25, 0.5, 0.75, 1]
    assert curve["risk"].tolist() == pytest.approx([0, 1 / 2, 1 / 3, 1 / 4])
    many = risk_coverage(np.linspace(0, 1, 5000), np.arange(5000) % 4 > 0)
    assert len(many) == 100
    assert many["risk"].iloc[-1] == pytest.approx(0.25)


def test_the_threshold_answers_at_least_its_share():
    sure = np.arange(1, 21) / 20
    assert threshold_for(0.95, sure) == 0.1
    assert threshold_for(1.0, sure) == 0.05
    assert threshold_for(0.01, sure) == 1.0
    tied = np.array([0.9, 0.5, 0.5, 0.5])
    assert (tied >= threshold_for(0.5, tied)).mean() == 1
    third = np.array([1 / 3, 2 / 3])
    assert (third >= threshold_for(1.0, third)).all()  # rounding loses nobody


def test_accuracy_of_what_is_answered_by_hand():
    sure = np.array([0.95, 0.85, 0.75, 0.65])
    probabilities = np.column_stack([sure, 1 - sure, *np.zeros((4, 4))])
    actual = np.array([0, 1, 0, 0])
    model = Predictions(np.arange(4), actual, np.zeros(4, dtype=np.int64), probabilities)
    weights = np.array([[1, 1, 1, 1], [1, 1, 1, 1], [2, 0, 2, 0]], dtype=np.uint8)
    found = answered(model, 0.7, Resamples(model.articles, weights, 0.95))
    assert (found["answered"], found["coverage"]) == (3, 0.75)
    assert found["accuracy"] == pytest.approx(2 / 3, abs=1e-6)
    assert found["accuracy_high"] > 0.98  # of 2/3 and 1, all but the last 2.5 %
    nobody = answered(model, 0.99, Resamples(model.articles, weights, 0.95))
    assert (nobody["answered"], nobody["coverage"], nobody["accuracy"]) == (0, 0, None)
    assert nobody["accuracy_low"] is None


def test_a_sure_group_of_one_article_leaves_resamples_out():
    """Some resamples have nobody who is sure enough: no NaN, no warning."""
    probabilities = np.array([[0.9, 0.1, 0, 0, 0, 0]] + [[0.5, 0.5, 0, 0, 0, 0]] * 3)
    model = Predictions(
        np.arange(4), np.array([0, 1, 0, 1]), np.zeros(4, dtype=np.int64), probabilities
    )
    weights = np.array([[1, 1, 1, 1], [0, 2, 1, 1], [1, 1, 2, 0]], dtype=np.uint8)
    found = answered(model, 0.8, Resamples(model.articles, weights, 0.95))
    assert (found["accuracy"], found["accuracy_high"]) == (1, 1)
    assert found["accuracy_low"] == pytest.approx(0.025)  # one article: nearly nothing is known


def test_copies_of_articles_do_not_narrow_the_intervals():
    model = draw(60, 1.5)
    copies = Predictions(*(np.concatenate([values] * 3) for values in vars(model).values()))
    validation = draw(80, 1.5, seed=2)
    one, three = (summarise(test, validation, PARAMS, seed=0) for test in (model, copies))
    for name in ("brier", "brier_low", "brier_high", "ece", "nll_high"):
        assert three["after"][name] == pytest.approx(one["after"][name], abs=2e-6)


def calibrate(folder):
    """Run the stage on what `a` says of both splits, as far as it is there."""
    write_params(folder, compared=["a"])
    words = "--test test --validation validation --metrics m --reliability r.csv "
    return run(folder, "calibrate", words + "--risk-coverage c.csv --sets s.csv")


def test_the_stage(tmp_path):
    write_predictions(tmp_path / "test" / "a.parquet", draw(60, 2.0))
    write_predictions(tmp_path / "validation" / "a.parquet", draw(70, 2.0, seed=1))
    done = calibrate(tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "m" / "a.json").read_text())
    assert (found["n"], found["n_validation"]) == (60, 70)
    assert list(found["coverage"]) == ["80", "90", "95"]
    assert 1 < found["temperature"] < 4
    header = "model,scaling,confidence,accuracy,count,lower,upper"
    assert (tmp_path / "r.csv").read_text().splitlines()[0] == header
    assert (tmp_path / "c.csv").read_text().splitlines()[0] == "model,coverage,risk"
    assert found["sets"]["level"] == 0.9
    assert len((tmp_path / "s.csv").read_text().splitlines()) == 1 + 2 * 7


def test_the_stage_wants_both_splits(tmp_path):
    write_predictions(tmp_path / "test" / "a.parquet", draw(60))
    done = calibrate(tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error: validation/a.parquet: no such file")
    assert not (tmp_path / "m").exists()
