"""How long training will take here, from how long it took the last time in this checkout.

``dvc.lock`` says with which params the models were last trained, ``metrics/timing/train`` how long
that took. The rest is arithmetic: operations of the image encoder, and values that the optimiser
changes. It assumes this machine to be like the one that was timed.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, YAMLError

from pairdx.doctor.costs import TRAINING, Cost

ADAMW = 2e-9  # seconds a trained value, of its fused kernel on one core, as measured


@dataclass(frozen=True)
class Work:
    """A training run: ``cost`` of one image (None: it reads captions), and how often."""

    cost: Cost | None
    parameters: int  # that are trained
    rows: int
    epochs: int
    batch_size: int

    @property
    def flops(self) -> float:
        """Operations of the image encoder."""
        return (self.cost.flops if self.cost else 0) * TRAINING * self.rows * self.epochs

    @property
    def optimiser_seconds(self) -> float:
        """Seconds that the optimiser takes."""
        return self.parameters * self.epochs * -(-self.rows // self.batch_size) * ADAMW


def seconds(work: Work, before: Work, took: float) -> float:
    """Scale the seconds that one run took to another one."""
    optimiser = min(before.optimiser_seconds, 0.9 * took)
    if work.cost is None or not before.flops:  # captions only: by rows
        share = work.rows * work.epochs / (before.rows * before.epochs)
    else:
        share = work.flops / before.flops
    return share * (took - optimiser) + work.optimiser_seconds


@dataclass(frozen=True)
class LastRun:
    """What the last finished run of a model was: all params of that time, pairs and seconds."""

    params: dict[str, Any]
    rows: int
    took: float


def last_runs(project: Path) -> dict[str, LastRun]:
    """Read the last run of each model in this checkout; those that have none are left out."""
    try:
        lock = YAML(typ="safe").load((project / "dvc.lock").read_text(encoding="utf-8"))
        split = json.loads((project / "metrics" / "split.json").read_text(encoding="utf-8"))
        rows = split["counts"]["train"]["total"]
        params: dict[str, Any] = {}
        for stage in lock["stages"].values():
            for key, value in stage.get("params", {}).get("params.yaml", {}).items():
                _put(params, key.split("."), value)
        return {
            path.stem: LastRun(params, rows, json.loads(path.read_text("utf-8"))["seconds"])
            for path in (project / "metrics" / "timing" / "train").glob("*.json")
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, YAMLError):
        return {}


def _put(params: dict[str, Any], keys: list[str], value: object) -> None:
    """Put the value of a dotted key where params.yaml has it."""
    *above, last = keys
    for key in above:
        params = params.setdefault(key, {})
    params[last] = params[last] | value if isinstance(params.get(last), dict) else value


def in_words(seconds: float) -> str:
    """Say a time as people do."""
    minutes = round(seconds / 60)
    if minutes < 2:
        return f"{max(round(seconds), 1)} s"
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.0f} h"
