"""The scores of the same models under several seeds: mean and spread."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import dvc.api
import typer
from dvc.scm import RevError

from pairdx.core.errors import PairdxError
from pairdx.core.outputs import write_json
from pairdx.core.params import PARAMS, read
from pairdx.doctor.sections import load_seeds
from pairdx.evidence.comparison.comparison import SHORT
from pairdx.statistics.scores.classification import COMPARED

DIGITS = 6

Scores = Mapping[str, Mapping[str, float]]  # by model and metric, as metrics/headline/models.json


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
            metric: _summary({seed: scores[model][SHORT[metric]] for seed, scores in runs.items()})
            for metric in COMPARED
        }
        for model in models
    }


def spread_markdown(models: Mapping[str, Mapping[str, Any]], seeds: int) -> str:
    """A table of `mean +- standard deviation (least to largest)`."""
    lines = ["| Model | Accuracy | Macro-F1 |", "|---|---|---|"]
    for model, metrics in models.items():
        lines.append(f"| {model} | {' | '.join(_cell(metrics[metric]) for metric in COMPARED)} |")
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


HEADLINE = "metrics/headline/models.json"
# Where training starts: what lies before decides on the data, and keeps the seed of params.yaml.
TRAINING = ("word_vectors", "train_tfidf", "zero_shot", "pretrain_clip")


def run_and_gather(out: Path, *, training_only: bool) -> None:
    """Run what is missing, then write and print mean and spread of every model."""
    seeds = load_seeds()
    if not seeds:
        raise PairdxError(f"{PARAMS}: seeds = []; name those to run, such as [17, 18, 19]")
    prefix = _prefix(training_only)
    runs = {}
    for seed in seeds:
        name = f"{prefix}-{seed}"
        if _scores(name) is None:
            _run(name, seed, training_only)
        runs[seed] = _scores(name)
        if not runs[seed]:
            raise PairdxError(f"experiment {name}: no {HEADLINE}; `dvc exp remove {name}`")
    models = spread({seed: scores for seed, scores in runs.items() if scores})
    varied = "training" if training_only else "data and training"
    write_json(out, {"seeds": list(seeds), "varied": varied, "models": models})
    typer.echo(f"{spread_markdown(models, len(seeds))}Varied: {varied}. Written to {out}")


def _prefix(training_only: bool) -> str:
    """Name experiments by the commit and the parameters, so that others are not taken for them."""
    params = {key: value for key, value in read().items() if key not in ("seed", "seeds")}
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    if head.returncode:
        raise PairdxError("no commit here; `pairdx seeds` needs a Git repository with one")
    kept = [head.stdout, params, read()["seed"] if training_only else "all"]
    return f"seed-{hashlib.sha256(json.dumps(kept).encode()).hexdigest()[:7]}"


def _scores(name: str) -> Scores | None:
    """Return the comparison of an experiment, None where there is no such experiment."""
    try:
        scores: Scores = dvc.api.metrics_show(HEADLINE, rev=name)
    except RevError:
        return None
    return scores


def _run(name: str, seed: int, training_only: bool) -> None:
    """Run one experiment in a folder of its own: the workspace stays as it is."""
    command = [sys.executable, "-m", "dvc", "exp", "run", "--temp", "-n", name]
    command += ["-S", f"seed={seed}"]
    command += ["--downstream", *TRAINING] if training_only else ["compare"]
    if subprocess.run(command, check=False).returncode:  # noqa: S603
        raise PairdxError(
            f"seed {seed}: `{' '.join(command[2:])}` failed, see above; finished seeds are kept, "
            "run `pairdx seeds` again"
        )
