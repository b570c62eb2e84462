"""How far a model's probabilities can be trusted, before and after temperature scaling.

- `ece`: expected calibration error, see ``calibration``; its resamples lie above it on average.
- `brier`: squared distance between the six probabilities and the label, from 0 to 2.
- `nll`: negative log-likelihood of the label.
- `aurc`: area under risk over coverage, see ``abstention``.

Smaller is better in all four. Temperature and thresholds come from validation, which chose the
epoch too; every score is one of the test split, with intervals by article.

Shapes: R resamples, N pairs, K classes.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from pairdx.evaluate.abstention import risk_areas, threshold_for
from pairdx.evaluate.bootstrap import Floats, article_weights, interval
from pairdx.evaluate.calibration import Booleans, expected_calibration_error
from pairdx.evaluate.classification import Predictions
from pairdx.evaluate.temperature import HIGHEST, LOWEST, fit_temperature, log_loss, scale
from pairdx.params.calibrate import CalibrateParams

DIGITS = 6
SCORES = ("ece", "brier", "nll", "aurc")


def at_temperature(model: Predictions, temperature: float) -> Predictions:
    """The same predictions, as sure as the temperature makes them."""
    return replace(model, probabilities=scale(model.probabilities, temperature))


def temperature_of(validation: Predictions) -> float:
    """The temperature that fits the validation pairs, as it is written down."""
    return round(fit_temperature(validation.probabilities, validation.actual), DIGITS)


def summarise(
    test: Predictions, validation: Predictions, params: CalibrateParams, seed: int
) -> dict[str, Any]:
    """Every score before and after scaling, its change, and what abstaining brings."""
    temperature = temperature_of(validation)
    after = at_temperature(test, temperature)
    weights = _weights(test, params, seed)
    scored = {"before": _scores(test, weights, params), "after": _scores(after, weights, params)}
    scored["change"] = {name: scored["after"][name] - scored["before"][name] for name in SCORES}
    sure = at_temperature(validation, temperature).confidence
    return {
        "n": len(test.actual),
        "n_validation": len(validation.actual),
        "temperature": temperature,
        "temperature_at_limit": not LOWEST * 1.001 < temperature < HIGHEST / 1.001,
        **{part: _intervals(scores, params.confidence) for part, scores in scored.items()},
        "coverage": {
            f"{100 * coverage:g}": answered(after, threshold_for(coverage, sure), weights, params)
            for coverage in params.coverages
        },
    }


def answered(
    test: Predictions, threshold: float, weights: Floats, params: CalibrateParams
) -> dict[str, float | None]:
    """How many pairs are at least so sure, and how many of them are right.

    Accuracy is null where none is so sure; resamples without any are left out of its interval.

    Args:
        test: scaled predictions.
        threshold: the least confidence that is answered.
        weights: a row of ones, then the resamples, (1 + R, N).
        params: the intervals' confidence.
    """
    kept = test.confidence >= threshold
    counts = weights @ kept
    right = weights @ (kept & test.correct)
    values = {
        "coverage": counts / weights.sum(axis=1),
        "accuracy": np.divide(right, counts, out=np.full(len(right), np.nan), where=counts > 0),
    }
    found: dict[str, float | None] = {"threshold": threshold}
    found["answered"] = int(kept.sum())
    return found | _intervals(values, params.confidence)


def _weights(test: Predictions, params: CalibrateParams, seed: int) -> Floats:
    generator = np.random.default_rng(seed)
    ones = np.ones((1, len(test.actual)))
    return np.concatenate([ones, *article_weights(test.articles, params.resamples, generator)])


def _scores(model: Predictions, weights: Floats, params: CalibrateParams) -> dict[str, Floats]:
    """Each score of all pairs (first) and of every resample, (1 + R,)."""
    correct: Booleans = model.correct
    pairs = weights.sum(axis=1)
    misses = model.probabilities - np.eye(model.probabilities.shape[1])[model.actual]
    return {
        "ece": expected_calibration_error(weights, model.confidence, correct, params.bins),
        "brier": weights @ (misses**2).sum(axis=1) / pairs,
        "nll": weights @ log_loss(model.probabilities, model.actual) / pairs,
        "aurc": risk_areas(weights, model.confidence, correct),
    }


def _intervals(values: dict[str, Floats], confidence: float) -> dict[str, float | None]:
    """The first of each (1 + R,) and the interval of the others; nulls where there is no first."""
    found: dict[str, float | None] = {}
    for name, (point, *resamples) in values.items():
        numbers: tuple[float | None, ...] = (None, None, None)
        if not np.isnan(point):
            ends = interval(np.asarray(resamples), confidence)
            numbers = tuple(round(float(value), DIGITS) for value in (point, *ends))
        found |= dict(zip((name, f"{name}_low", f"{name}_high"), numbers, strict=True))
    return found
