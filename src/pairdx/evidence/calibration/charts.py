"""Calibration, abstention and sets of classes of all models, as rows to draw."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pairdx.core.csv_lines import to_csv
from pairdx.evidence.calibration.abstention import risk_coverage
from pairdx.evidence.calibration.confidence import at_temperature
from pairdx.evidence.calibration.prediction_sets import RULES
from pairdx.statistics.intervals.reported import DIGITS, ENDS
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


def sets_csv(summaries: Mapping[str, Mapping[str, Any]]) -> str:
    """One row a model, rule and class, and one for all: coverage with its interval, mean size."""
    rows = [
        (name, rule.replace("_", " "), group, *(one[f"coverage{end}"] for end in ENDS), one["size"])
        for name, summary in summaries.items()
        for rule in RULES
        for group, one in (
            ("all", summary["sets"][rule]),
            *summary["sets"][rule]["per_class"].items(),
        )
    ]
    columns = ["model", "rule", "class", "coverage", "low", "high", "size"]
    return _csv([pd.DataFrame(rows, columns=columns)], ["model"])


def _csv(tables: list[pd.DataFrame], first: list[str]) -> str:
    table = pd.concat(tables, ignore_index=True).round(DIGITS)
    columns = [*first, *(name for name in table.columns if name not in first)]
    return to_csv(table[columns])
