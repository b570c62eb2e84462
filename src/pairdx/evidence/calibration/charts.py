"""Calibration and abstention of all models, as rows to draw."""

from collections.abc import Mapping

import pandas as pd

from pairdx.evidence.calibration.abstention import risk_coverage
from pairdx.evidence.calibration.confidence import at_temperature
from pairdx.statistics.intervals.reported import DIGITS
from pairdx.statistics.scores.calibration import reliability
from pairdx.statistics.scores.classification import Predictions


def reliability_csv(
    models: Mapping[str, Predictions], temperatures: Mapping[str, float], bins: int
) -> str:
    """One row a model, before or after scaling, and bin."""
    tables = [
        reliability(state.confidence, state.correct, bins).assign(model=name, scaling=when)
        for name, model in models.items()
        for when, state in (
            ("before", model),
            ("after", at_temperature(model, temperatures[name])),
        )
    ]
    return _csv(tables, ["model", "scaling"])


def risk_coverage_csv(models: Mapping[str, Predictions], temperatures: Mapping[str, float]) -> str:
    """One row a model and coverage."""
    tables = []
    for name, model in models.items():
        scaled = at_temperature(model, temperatures[name])
        tables.append(risk_coverage(scaled.confidence, scaled.correct).assign(model=name))
    return _csv(tables, ["model"])


def _csv(tables: list[pd.DataFrame], first: list[str]) -> str:
    table = pd.concat(tables, ignore_index=True).round(DIGITS)
    columns = [*first, *(name for name in table.columns if name not in first)]
    return table[columns].to_csv(index=False, lineterminator="\n")
