"""What a model gains by leaving its doubtful pairs to a person: risk and coverage.

Pairs are answered in the order of confidence. Coverage is the share that is answered, risk the
share of errors in it; the area under risk over coverage (AURC, Geifman and El-Yaniv 2017) is the
mean risk over all coverages. Pairs of one confidence are answered in any order: their errors are
spread evenly among them, so the order of the rows means nothing.

Shapes: R resamples, N pairs.
"""

import numpy as np
import pandas as pd

from pairdx.statistics.intervals.bootstrap import Floats, Integers
from pairdx.statistics.scores.calibration import Booleans

DIGITS = 9  # of a confidence, beyond which two are the same
CURVE_POINTS = 100
THRESHOLDS = 1_000_000  # between 0 and 1
ROUNDING = 1e-9  # 0.95 of 100 pairs are 95, whatever floating point says


def risk_areas(weights: Floats, confidence: Floats, correct: Booleans) -> Floats:
    """Area under the risk-coverage curve under every row of ``weights`` (R, N): (R,)."""
    ties, order = _by_confidence(confidence)
    wrong = ~correct[order]
    return np.array(
        [_risks(row[order].astype(np.int64), ties[order], wrong).mean() for row in weights]
    )


def risk_coverage(confidence: Floats, correct: Booleans) -> pd.DataFrame:
    """The curve: risk at up to ``CURVE_POINTS`` coverages."""
    ties, order = _by_confidence(confidence)
    risks = _risks(np.ones(len(order), dtype=np.int64), ties[order], ~correct[order])
    answered = np.unique(
        np.ceil(np.linspace(1, len(risks), min(len(risks), CURVE_POINTS))).astype(np.int64)
    )
    return pd.DataFrame({"coverage": answered / len(risks), "risk": risks[answered - 1]})


def threshold_for(coverage: float, confidence: Floats) -> float:
    """The highest confidence from which at least ``coverage`` of the pairs are answered.

    It is rounded down, so that what is written is what was applied.
    """
    answered = int(np.ceil(coverage * len(confidence) - ROUNDING))
    return float(np.floor(np.sort(confidence)[-answered] * THRESHOLDS) / THRESHOLDS)


def _by_confidence(confidence: Floats) -> tuple[Integers, Integers]:
    """The rank of each pair, the same for ties, and the order from sure to doubtful."""
    ties = np.unique(-np.round(confidence, DIGITS), return_inverse=True)[1]
    return ties, np.argsort(ties, kind="stable")


def _risks(counts: Integers, ties: Integers, wrong: Booleans) -> Floats:
    """Risk after each answered pair, a pair being there ``counts`` times; arguments in order."""
    pairs = np.bincount(ties, weights=counts)
    rate = np.bincount(ties, weights=counts * wrong) / np.maximum(pairs, 1)
    errors = np.cumsum(np.repeat(rate[ties], counts))
    return errors / np.arange(1, len(errors) + 1)
