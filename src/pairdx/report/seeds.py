"""The scores of the same models under several seeds: mean and spread."""

from collections.abc import Mapping
from statistics import mean, stdev
from typing import Any

METRICS = ("accuracy", "macro_f1")
DIGITS = 6

Scores = Mapping[str, Mapping[str, float]]  # by model and metric, as metrics/comparison.json


def spread(runs: Mapping[int, Scores]) -> dict[str, dict[str, Any]]:
    """Mean, standard deviation and range of each metric of the models that all runs have.

    The standard deviation is that of a sample (n - 1), and null for a single seed.

    Args:
        runs: the scores by seed; models in the order of the first run.
    """
    first, *others = runs.values()
    models = [model for model in first if all(model in other for other in others)]
    return {
        model: {
            metric: _summary({seed: scores[model][metric] for seed, scores in runs.items()})
            for metric in METRICS
        }
        for model in models
    }


def spread_markdown(models: Mapping[str, Mapping[str, Any]], seeds: int) -> str:
    """A table of `mean +- standard deviation (least to largest)`."""
    lines = ["| Model | Accuracy | Macro-F1 |", "|---|---|---|"]
    for model, metrics in models.items():
        lines.append(f"| {model} | {' | '.join(_cell(metrics[metric]) for metric in METRICS)} |")
    return "\n".join([*lines, "", f"{seeds} seeds: mean +- standard deviation (range)."]) + "\n"


def _summary(values: dict[int, float]) -> dict[str, Any]:
    scores = list(values.values())
    return {
        "mean": round(mean(scores), DIGITS),
        "sd": round(stdev(scores), DIGITS) if len(scores) > 1 else None,
        "min": min(scores),
        "max": max(scores),
        "by_seed": {str(seed): score for seed, score in values.items()},
    }


def _cell(summary: Mapping[str, Any]) -> str:
    sd = "" if summary["sd"] is None else f" +- {summary['sd']:.3f}"
    return f"{summary['mean']:.3f}{sd} ({summary['min']:.3f} to {summary['max']:.3f})"
