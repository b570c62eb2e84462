"""The differences between every two models, as a table to read and as rows to draw."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from pairdx.core.csv_lines import to_csv
from pairdx.statistics.intervals.reported import ENDS, estimate
from pairdx.statistics.scores.classification import COMPARED

# Smaller p-values are told as such: their digits mean nothing, nor is a p-value ever 0.
SMALLEST_P = 0.0001

HEADER = (
    "| First less second | Accuracy [low, high] | Macro-F1 [low, high] | Only first right "
    "| Only second right | p | p, Holm | p by article | p by article, Holm |",
    "|---|---|---|---:|---:|---:|---:|---:|---:|",
)


def differences_json(found: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """One entry a pair of models, `first_vs_second`."""
    return {
        f"{one['first']}_vs_{one['second']}": {
            key: value for key, value in one.items() if key not in ("first", "second")
        }
        for one in found
    }


def differences_csv(found: Sequence[dict[str, Any]]) -> str:
    """One row a pair of models and metric, for a chart: models, metric, value, low, high."""
    table = pd.DataFrame(
        [
            (_name(one), metric, *(one[f"{metric}{end}"] for end in ENDS))
            for one in found
            for metric in COMPARED
        ],
        columns=["models", "metric", "value", "low", "high"],
    )
    return to_csv(table)


def differences_markdown(found: Sequence[dict[str, Any]], pairs: int, articles: int) -> str:
    """The table, and what it says."""
    notes = (
        f"{pairs} test pairs of {articles} articles. Intervals: paired bootstrap by article. p: "
        "McNemar's exact test, which takes pairs for independent; by article: the same with each "
        f"article's sign tossed. Holm: corrected for {len(found)} comparisons."
    )
    return "\n".join([*HEADER, *map(_line, found), "", notes]) + "\n"


def _name(one: dict[str, Any]) -> str:
    return f"{one['first']} - {one['second']}"


def _line(one: dict[str, Any]) -> str:
    cells = [
        _name(one),
        *(estimate(one, metric, "+") for metric in COMPARED),
        str(one["n10"]),
        str(one["n01"]),
        *(_p(one[key]) for key in ("p", "p_holm", "p_by_article", "p_by_article_holm")),
    ]
    return f"| {' | '.join(cells)} |"


def _p(value: float) -> str:
    return f"< {SMALLEST_P}" if value < SMALLEST_P else f"{value:.4f}"
