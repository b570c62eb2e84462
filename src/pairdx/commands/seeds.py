"""`pairdx seeds`: the pipeline under several seeds, each as a DVC experiment."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import dvc.api
import typer
from dvc.scm import RevError

from pairdx.errors import PairdxError
from pairdx.outputs import write_json
from pairdx.params.base import PARAMS, read
from pairdx.params.seeds import load_seeds
from pairdx.report.seeds import Scores, spread, spread_markdown

COMPARISON = "metrics/comparison.json"
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
            raise PairdxError(f"experiment {name}: no {COMPARISON}; `dvc exp remove {name}`")
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
        scores: Scores = dvc.api.metrics_show(COMPARISON, rev=name)
    except RevError:
        return None
    return scores


def _run(name: str, seed: int, training_only: bool) -> None:
    """Run one experiment in a folder of its own: the workspace stays as it is."""
    command = [sys.executable, "-m", "dvc", "exp", "run", "--temp", "-n", name]
    command += ["-S", f"seed={seed}"]
    command += ["--downstream", *TRAINING] if training_only else []
    if subprocess.run(command, check=False).returncode:  # noqa: S603
        raise PairdxError(
            f"seed {seed}: `{' '.join(command[2:])}` failed, see above; finished seeds are kept, "
            "run `pairdx seeds` again"
        )
