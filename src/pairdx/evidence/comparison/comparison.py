"""The comparison of all models: how good each is, and what it costs.

Scores depend on inputs and parameters alone and are kept apart from times, which differ from run
to run: only the Markdown table shows both.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pandas as pd

from pairdx.core.errors import PairdxError
from pairdx.core.params import ModelName
from pairdx.core.schema import PAIRS, read_table
from pairdx.statistics.intervals.reported import ENDS, estimate

# The order of every table; a comparison may leave some out.
MODELS: tuple[str, ...] = get_args(ModelName)
COMPARED = ("accuracy", "macro_f1")
KEYS = tuple(f"{metric}{end}" for metric in COMPARED for end in ENDS)

HEADER = (
    "| Model | Accuracy [low, high] | Macro-F1 [low, high] | Parameters "
    "| Training time | CPU s per image |",
    "|---|---|---|---:|---:|---:|",
)


@dataclass(frozen=True)
class Row:
    """One model's scores, size and costs."""

    model: str
    n: int
    scores: dict[str, float | None]  # KEYS
    parameters: int
    trained: bool  # False: random weights
    training_seconds: float | None  # None: a zero-shot model, nothing was trained here
    cpu_seconds: float  # median, from the image file to the label


@dataclass(frozen=True)
class Comparison:
    """All models on the same test pairs."""

    rows: tuple[Row, ...]
    n: int  # test pairs
    data_source: str
    cpu: dict[str, Any]


def read_comparison(
    names: Sequence[str], metrics: Path, models: Path, timing: Path, test: Path
) -> Comparison:
    """Gather what is known about the models ``names``.

    Args:
        names: models, in any order; rows come in the order of ``MODELS``.
        metrics: folder of ``<model>.json``.
        models: folder of ``<model>/model.json``.
        timing: folder of ``cpu.json`` and ``train/<model>.json``.
        test: the test split, which says where its pairs come from.

    Raises:
        PairdxError: a name is unknown, a file or a key is missing, or a model was not measured on
            all of the test split.
    """
    for name in names:
        if name not in MODELS:
            raise PairdxError(f"--model {name}: no such model; allowed are {', '.join(MODELS)}")
    sources = read_table(test, PAIRS, ["source"])["source"].to_pylist()
    rows = tuple(_row(name, metrics, models, timing) for name in MODELS if name in names)
    for row in rows:
        if row.n != len(sources):
            raise PairdxError(
                f"{metrics / row.model}.json: n = {row.n}, but {test} has {len(sources)} pairs; "
                "run `dvc repro` to evaluate again"
            )
    named = {source or "pairs of unknown source" for source in sources}
    return Comparison(
        rows, len(sources), ", ".join(sorted(named)), _read(timing / "cpu.json", "cpu")
    )


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """Scores, pairs and parameters by model: nothing that a clock or a machine decides."""
    return {
        row.model: {**row.scores, "n": row.n, "parameters": row.parameters}
        for row in comparison.rows
    }


def comparison_csv(comparison: Comparison) -> str:
    """One row a model and metric, for a chart: model, metric, value, low, high."""
    table = pd.DataFrame(
        [
            (row.model, metric, *(row.scores[f"{metric}{end}"] for end in ENDS))
            for row in comparison.rows
            for metric in COMPARED
        ],
        columns=["model", "metric", "value", "low", "high"],
    )
    return table.to_csv(index=False, lineterminator="\n")


def comparison_markdown(comparison: Comparison) -> str:
    """The table with scores, parameters and times, and what it was measured on."""
    notes = [
        f"Measured on: {comparison.data_source} (n = {comparison.n} test pairs); intervals: "
        "bootstrap by article."
    ]
    if "synthetic" in comparison.data_source:
        notes.append("Numbers on drawn images say nothing about medicine.")
    if not all(row.trained for row in comparison.rows):
        notes.append("Untrained: random weights; chance = 1/6.")
    cpu = ", ".join(f"{key}: {value}" for key, value in comparison.cpu.items())
    notes.append(f"CPU s per image: median of one pair at a time, decode to label ({cpu}).")
    lines = [*HEADER, *(_line(row) for row in comparison.rows), "", *notes]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    cells = [
        row.model if row.trained else f"{row.model} (untrained)",
        *(estimate(row.scores, metric) for metric in COMPARED),
        f"{row.parameters:,}",
        "none" if row.training_seconds is None else _duration(row.training_seconds),
        f"{row.cpu_seconds:.4f}",
    ]
    return f"| {' | '.join(cells)} |"


def _duration(seconds: float) -> str:
    """Seconds as a person says them: 0.4 s, 48 s, 3 min 20 s, 2 h 05 min."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes == 0:
        return f"{rest} s"
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def _read(path: Path, *keys: str) -> Any:  # noqa: ANN401 -- JSON
    """Read the value below ``keys`` in a JSON file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PairdxError(f"{path}: no such file; run `dvc repro` to build it") from None
    except ValueError as error:
        raise PairdxError(f"{path}: not valid JSON ({error}); run `dvc repro`") from None
    for depth, key in enumerate(keys, start=1):
        if not isinstance(content, dict) or key not in content:
            raise PairdxError(
                f"{path}: {'.'.join(keys[:depth])} is missing; run `dvc repro` to build it"
            )
        content = content[key]
    return content


def _row(name: str, metrics: Path, models: Path, timing: Path) -> Row:
    scores, model = metrics / f"{name}.json", models / name / "model.json"
    trained_here = not name.endswith("_zero_shot")
    return Row(
        model=name,
        n=_read(scores, "n"),
        scores={key: _read(scores, key) for key in KEYS},
        parameters=_read(model, "parameters"),
        trained=_read(model, "trained"),
        training_seconds=_read(timing / "train" / f"{name}.json", "seconds")
        if trained_here
        else None,
        cpu_seconds=_read(timing / "cpu.json", "models", name, "seconds_per_pair_median"),
    )
