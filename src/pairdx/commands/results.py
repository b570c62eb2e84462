"""`pairdx results`: the table of all models, where to look next, and what each stage took.

Scores depend on inputs and parameters alone and are kept apart from times, which differ from run
to run: this table alone shows both. A model folder or a time that is not there is left blank.
"""

import csv
import json
from pathlib import Path
from typing import Any

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, PAIRS, read_table
from pairdx.core.stage import SECONDS
from pairdx.evidence.comparison.comparison import KEYS
from pairdx.evidence.report.costs import duration
from pairdx.models.common.card import ModelCard
from pairdx.statistics.intervals.reported import estimate
from pairdx.statistics.scores.classification import COMPARED

COMPARISON = Path("metrics/comparison.json")
TEST = Path("data/pairdx/test.parquet")
HEADER = (
    "| Model | Accuracy [low, high] | Macro-F1 [low, high] | Parameters "
    "| Training time | CPU s per image |",
    "|---|---|---|---:|---:|---:|",
)
NEXT = """\
Next: report/index.html (all on one page); less report/significance.md (which differences hold);
dvc plots show (confusion matrices); metrics/ holds all numbers; git add -A && git commit keeps
this run, and its way back is `git checkout HEAD -- params.yaml && dvc repro`, which trains nothing
again."""


def markdown(top: Path = Path()) -> str:
    """The table with scores, parameters and times, and what it was measured on.

    Raises:
        PairdxError: there are no results yet.
    """
    scores = _read(top / COMPARISON)
    if not scores:
        raise PairdxError(f"{COMPARISON}: no results; run `dvc repro compare`")
    for name, one in scores.items():
        for key in KEYS:
            if key not in one:
                raise PairdxError(f"{COMPARISON}: {name}.{key} is missing; run `dvc repro compare`")
    lines = [*HEADER, *(_line(top, name, one) for name, one in scores.items()), ""]
    return "\n".join([*lines, *_notes(top, scores)]) + "\n"


def slowest(count: int = 8, path: Path = SECONDS) -> str:
    """What the stages last took here, in all and the longest of them; empty before any ran."""
    if not path.is_file():
        return ""
    with path.open(encoding="utf-8", newline="") as file:
        took = {stage: float(seconds) for stage, seconds in csv.reader(file)}
    longest = sorted(took.items(), key=lambda item: -item[1])[:count]
    told = ", ".join(f"{stage} {duration(seconds)}" for stage, seconds in longest)
    whole = duration(sum(took.values()))
    return f"Stages took {whole} in all, but for their start, the longest: {told}."


def _line(top: Path, name: str, scores: dict[str, Any]) -> str:
    timing = top / "metrics/timing"
    trained = _read(timing / "train" / f"{name}.json").get("seconds")
    cpu = _read(timing / "cpu.json").get("models", {}).get(name, {}).get("seconds_per_pair_median")
    card = _card(top, name)
    cells = [
        name if card is None or card.trained else f"{name} (untrained)",
        *(estimate(scores, metric) for metric in COMPARED),
        f"{card.parameters:,}" if card else "",
        "none" if trained is None else duration(trained),
        "" if cpu is None else f"{cpu:.4f}",
    ]
    return f"| {' | '.join(cells)} |"


def _notes(top: Path, scores: dict[str, Any]) -> list[str]:
    pairs = " and ".join(str(n) for n in sorted({one["n"] for one in scores.values()}))
    source = _source(top / TEST)
    notes = [
        f"Measured on: {source} (n = {pairs} test pairs); intervals: bootstrap by article.",
    ]
    if "synthetic" in source:
        notes.append("Numbers on drawn images say nothing about medicine.")
    if any((card := _card(top, name)) and not card.trained for name in scores):
        notes.append(f"Untrained: random weights; chance = 1/{len(LABELS)}.")
    if gone := [name for name in scores if _card(top, name) is None]:
        named = ", ".join(gone)
        notes.append(
            f"Not here, scored by an earlier run: {named}; `dvc repro` trains, `dvc pull` fetches."
        )
    cpu = _read(top / "metrics/timing/cpu.json").get("cpu", {})
    told = ", ".join(f"{key}: {value}" for key, value in cpu.items())
    measured = f"where `benchmark_cpu` last ran ({told})"
    return [*notes, f"CPU s per image: median of one pair at a time, decode to label, {measured}."]


def _source(test: Path) -> str:
    """Where the test pairs come from."""
    if not test.is_file():
        return "pairs that are not here"
    named = read_table(test, PAIRS, ["source"])["source"].to_pylist()
    return ", ".join(sorted({source or "pairs of unknown source" for source in named}))


def _card(top: Path, name: str) -> ModelCard | None:
    folder = top / "models" / name
    return ModelCard.load(folder) if folder.is_dir() else None


def _read(path: Path) -> dict[str, Any]:
    """Read a JSON file; empty where there is none."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise PairdxError(f"{path}: not valid JSON ({error}); run `dvc repro`") from None
