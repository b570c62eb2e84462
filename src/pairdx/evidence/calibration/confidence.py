"""How far a model's probabilities can be trusted, before and after temperature scaling.

- `ece`: expected calibration error, see ``calibration``; of few pairs it is too high.
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

from pairdx.evidence.calibration.abstention import risk_areas, threshold_for
from pairdx.evidence.calibration.params import CalibrateParams
from pairdx.evidence.calibration.prediction_sets import summarise_sets
from pairdx.evidence.calibration.temperature import (
    HIGHEST,
    LOWEST,
    fit_temperature,
    log_loss,
    scale,
)
from pairdx.statistics.intervals.bootstrap import ANY, LOSS, SCORE, Floats, Scale
from pairdx.statistics.intervals.reported import DIGITS, Summary
from pairdx.statistics.intervals.resamples import Resamples
from pairdx.statistics.scores.calibration import expected_calibration_error
from pairdx.statistics.scores.classification import Predictions

SCALES = {"ece": SCORE, "brier": Scale(0, 2), "nll": LOSS, "aurc": SCORE}


def at_temperature(model: Predictions, temperature: float) -> Predictions:
    """The same predictions, as sure as the temperature makes them."""
    return replace(model, probabilities=scale(model.probabilities, temperature))


def temperature_of(validation: Predictions) -> float:
    """The temperature that fits the validation pairs, as it is written down."""
    return round(fit_temperature(validation.probabilities, validation.actual), DIGITS)


def summarise(
    test: Predictions, validation: Predictions, params: CalibrateParams, seed: int
) -> dict[str, Any]:
    """Scores before and after scaling, their change, what abstaining brings, and sets."""
    temperature = temperature_of(validation)
    after = at_temperature(test, temperature)
    drawn = Resamples.draw(test.articles, params.resamples, params.confidence, seed)
    scores = {
        "before": _scores(test, drawn, params.calibration_bins),
        "after": _scores(after, drawn, params.calibration_bins),
    }
    scores["change"] = {name: scores["after"][name] - scores["before"][name] for name in SCALES}
    calibrated = at_temperature(validation, temperature)
    sure = calibrated.confidence
    return {
        "n": len(test.actual),
        "n_validation": len(validation.actual),
        "temperature": temperature,
        "temperature_at_limit": not LOWEST * 1.001 < temperature < HIGHEST / 1.001,
        "before": _summaries(scores["before"], drawn, SCALES),
        "after": _summaries(scores["after"], drawn, SCALES),
        "change": _summaries(scores["change"], drawn, dict.fromkeys(SCALES, ANY)),
        "coverage": {
            f"{100 * coverage:g}": answered(after, threshold_for(coverage, sure), drawn)
            for coverage in params.coverages
        },
        "sets": summarise_sets(after, calibrated, params.set_coverage, drawn),
    }


def answered(test: Predictions, threshold: float, drawn: Resamples) -> Summary:
    """How many pairs are at least so sure, and how many of them are right.

    Accuracy is null where none is so sure.
    """
    kept = test.confidence >= threshold
    return {
        "threshold": threshold,
        "answered": int(kept.sum()),
        **drawn.share("coverage", kept, np.ones(len(kept), dtype=bool)),
        **drawn.share("accuracy", test.correct, kept),
    }


def _scores(model: Predictions, drawn: Resamples, bins: int) -> dict[str, Floats]:
    """Each score of all pairs (first) and of every resample, (1 + R,)."""
    sure, correct = model.confidence, model.correct
    misses = model.probabilities - np.eye(model.probabilities.shape[1])[model.actual]
    pairs = drawn.sums(np.ones(len(sure)))
    return {
        "ece": drawn.each(lambda rows: expected_calibration_error(rows, sure, correct, bins)),
        "brier": drawn.sums((misses**2).sum(axis=1)) / pairs,
        "nll": drawn.sums(log_loss(model.probabilities, model.actual)) / pairs,
        "aurc": drawn.each(lambda rows: risk_areas(rows, sure, correct)),
    }


def _summaries(values: dict[str, Floats], drawn: Resamples, scales: dict[str, Scale]) -> Summary:
    found: Summary = {}
    for name, resampled in values.items():
        found |= drawn.summary(name, resampled, scales[name])
    return found
