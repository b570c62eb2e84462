"""The scores of the same models under several seeds: mean, spread, and intervals over both.

Where the training alone was varied, all seeds were scored on the same test pairs, and an interval
says where the mean would lie if seeds and articles were drawn anew
(``bootstrap.interval_over_seeds``). Where the data were varied too, every seed has a test split of
its own, and there is none.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import mean, stdev
from tempfile import TemporaryDirectory
from typing import Any

import dvc.api
import networkx as nx
import numpy as np
import typer
from dvc.repo import Repo
from dvc.scm import RevError

from pairdx.core.errors import PairdxError
from pairdx.core.outputs import write_json
from pairdx.core.params import PARAMS, load_seed, read
from pairdx.doctor.sections import check_seeds, load_seeds
from pairdx.evidence.comparison.comparison import SHORT
from pairdx.statistics.intervals.bootstrap import (
    SCORE,
    SHARE,
    interval_over_seeds,
)
from pairdx.statistics.intervals.params import IntervalParams
from pairdx.statistics.intervals.reported import rounded
from pairdx.statistics.intervals.resamples import Resamples
from pairdx.statistics.predictions.tables import read_together
from pairdx.statistics.scores.classification import COMPARED, Predictions, confusion

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
    """A table of `mean [interval] +- standard deviation (least to largest)`."""
    lines = ["| Model | Accuracy | Macro-F1 |", "|---|---|---|"]
    for model, metrics in models.items():
        lines.append(f"| {model} | {' | '.join(_cell(metrics[metric]) for metric in COMPARED)} |")
    told = f"{seeds} seeds: mean [interval over seeds and articles] +- standard deviation (range)."
    return "\n".join([*lines, "", told]) + "\n"


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
    low, high = summary.get("mean_low"), summary.get("mean_high")
    ends = "" if low is None or high is None else f" [{low:.3f}, {high:.3f}]"
    return f"{summary['mean']:.3f}{ends}{sd} ({summary['min']:.3f} to {summary['max']:.3f})"


def intervals(
    runs: Sequence[Mapping[str, Predictions]], params: IntervalParams, seed: int
) -> dict[str, dict[str, dict[str, float | None]]]:
    """`mean_low` and `mean_high` of each metric of each model, over seeds and articles.

    Args:
        runs: predictions by model for the same pairs, of each seed.
        params: section `intervals`.
        seed: of the resamples.

    Raises:
        PairdxError: the runs are not of the same pairs.
    """
    articles = next(iter(runs[0].values())).articles
    drawn = Resamples.draw(articles, params.resamples, params.confidence, seed)
    told: dict[str, dict[str, dict[str, float | None]]] = {}
    for model in runs[0]:
        found = [run[model] for run in runs]
        if any(not np.array_equal(one.actual, found[0].actual) for one in found):
            raise PairdxError(f"seeds: {model} was tested on other pairs; one split is needed")
        matrices = [
            drawn.each(partial(confusion, actual=one.actual, predicted=one.predicted))
            for one in found
        ]
        for metric, measure in COMPARED.items():
            values = np.stack([measure(one) for one in matrices])  # (S, 1 + R)
            scale = SHARE if metric == "accuracy" else SCORE
            ends = interval_over_seeds(
                values[:, 0], values[:, 1:].mean(axis=0), params.confidence, articles, scale
            )
            low_high = zip(("mean_low", "mean_high"), map(rounded, ends), strict=True)
            told.setdefault(model, {})[metric] = dict(low_high)
    return told


HEADLINE = "metrics/headline/models.json"
DATA, LAST = "split", "compare"  # the last stage that makes pairs, and the one that scores models


def run_and_gather(out: Path, asked: Sequence[int], *, training_only: bool) -> None:
    """Run what is missing, then write and print mean and spread of every model."""
    seeds = check_seeds(list(asked), "pairdx seeds") or load_seeds()
    if not seeds:
        raise PairdxError(f"{PARAMS}: seeds = []; name those to run, such as [17, 18, 19]")
    if training_only:
        _check_pairs()
    targets = training_stages() if training_only else [LAST]
    prefix = _prefix(training_only)
    runs: dict[int, Scores] = {}
    names = {seed: f"{prefix}-{seed}" for seed in seeds}
    for seed, name in names.items():
        if _scores(name) is None:
            _run(name, seed, targets, alone=training_only)
        scores = _scores(name)
        if not scores:
            raise PairdxError(f"experiment {name}: no {HEADLINE}; `dvc exp remove {name}`")
        runs[seed] = scores
    models = spread(runs)
    if training_only:
        predicted = [_predictions(name, models) for name in names.values()]
        for model, metrics in intervals(predicted, IntervalParams.load(), load_seed()).items():
            for metric, ends in metrics.items():
                models[model][metric] |= ends
    varied = "training" if training_only else "data and training"
    write_json(out, {"seeds": list(seeds), "varied": varied, "models": models})
    typer.echo(f"{spread_markdown(models, len(seeds))}Varied: {varied}. Written to {out}")


def _check_pairs() -> None:
    """Stop where the pairs are not those of params.yaml: training alone takes what lies here.

    Raises:
        PairdxError: a stage that makes them is out of date.
    """
    status = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "dvc", "status", "--json", "--with-deps", DATA],
        capture_output=True,
        text=True,
        check=False,
    )
    if status.returncode or json.loads(status.stdout):
        raise PairdxError(f"the pairs are not those of {PARAMS}; run `dvc repro {DATA}` first")


def training_stages(top: Path = Path()) -> list[str]:
    """What lies between the pairs and the comparison, in the order in which it has to run."""
    with Repo(str(top)) as repo:
        graph = repo.index.graph  # from a stage to those that it depends on
        named = {stage.addressing: stage for stage in graph}
        before = nx.descendants(graph, named[DATA]) | {named[DATA]}
        in_order = nx.dfs_postorder_nodes(graph, named[LAST])
        return [stage.addressing for stage in in_order if stage not in before]


def _predictions(name: str, models: Iterable[str]) -> dict[str, Predictions]:
    """What the models of an experiment say of its test pairs."""
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{model}.parquet" for model in models]
        for path in paths:
            with dvc.api.open(f"predictions/{path.name}", rev=name, mode="rb") as table:
                path.write_bytes(table.read())
        return read_together(paths)


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


def _run(name: str, seed: int, targets: Sequence[str], *, alone: bool) -> None:
    """Run one experiment in a folder of its own: the workspace stays as it is.

    Args:
        name: of the experiment.
        seed: of all stages that run.
        targets: stages.
        alone: leave what they depend on as it is, and so the pairs.
    """
    command = [sys.executable, "-m", "dvc", "exp", "run", "--temp", "-n", name]
    command += ["-S", f"seed={seed}", *(["--single-item"] if alone else []), *targets]
    if subprocess.run(command, check=False).returncode:  # noqa: S603
        raise PairdxError(
            f"seed {seed}: `{' '.join(command[2:])}` failed, see above; finished seeds are kept, "
            "run `pairdx seeds` again"
        )
