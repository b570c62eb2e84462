"""All models on the same test pairs: the scores that a person compares, and their chart."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pairdx.core.csv_lines import to_csv
from pairdx.statistics.intervals.reported import ENDS
from pairdx.statistics.scores.classification import COMPARED

SHORT = {"accuracy": "acc", "macro_f1": "f1"}  # as a table's header has it
KEYS = tuple(f"{metric}{end}" for metric in COMPARED for end in ENDS)

Scores = dict[str, Any]  # KEYS and n


def scores_of(summary: Mapping[str, Any]) -> Scores:
    """What the comparison takes of all that is known about a model."""
    return {**{key: summary[key] for key in KEYS}, "n": summary["n"]}


def headline_of(scores: Mapping[str, Scores]) -> dict[str, dict[str, float]]:
    """What `dvc exp show` tabulates: by model, in short names, without intervals."""
    return {
        name: {short: one[metric] for metric, short in SHORT.items()}
        for name, one in scores.items()
    }


def chart_csv(scores: Mapping[str, Scores]) -> str:
    """One row a model and metric, for a chart: model, metric, value, low, high."""
    table = pd.DataFrame(
        [
            (name, metric, *(one[f"{metric}{end}"] for end in ENDS))
            for name, one in scores.items()
            for metric in COMPARED
        ],
        columns=["model", "metric", "value", "low", "high"],
    )
    return to_csv(table)
