"""The chapter on costs: time, on the machine that took it, parameters, size on disk."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pairdx.evidence.report.blocks import NOTHING, Block, Chapter, Charts, Table, Words, part
from pairdx.evidence.report.charts import scatter
from pairdx.evidence.report.records import AbsentError, Records
from pairdx.models.common.card import ModelCard

MEGABYTE = 1e6


def duration(seconds: float) -> str:
    """Seconds as a person says them: 0.4 s, 48 s, 3 min 20 s, 2 h 05 min."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes == 0:
        return f"{rest} s"
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def chapter(records: Records, models: Path, cards: Mapping[str, ModelCard]) -> Chapter:
    """Lay out what the models of ``cards``, folders of ``models``, cost."""
    parts = (
        part("Size and training", partial(_training, records, models, cards)),
        part("A prediction", partial(_prediction, records, list(cards))),
    )
    return Chapter("costs", "What they cost", parts)


def _training(records: Records, models: Path, cards: Mapping[str, ModelCard]) -> list[Block]:
    rows = tuple(
        (
            model,
            card.description if card.trained else f"{card.description} (untrained: random weights)",
            f"{card.parameters:,}",
            f"{size(models / model) / MEGABYTE:.1f} MB",
            _trained_in(records, model),
        )
        for model, card in cards.items()
    )
    header = ("Model", "What it is", "Parameters", "On disk", "Training here")
    return [Table("Size of the models and time of training", header, rows)]


def size(folder: Path) -> int:
    """Bytes of the files in a folder."""
    return sum(path.stat().st_size for path in sorted(folder.rglob("*")) if path.is_file())


def _trained_in(records: Records, model: str) -> str:
    try:
        return duration(records.metric(f"timing/train/{model}")["seconds"])
    except AbsentError:
        return NOTHING  # nothing of it is trained, or not alone


def _prediction(records: Records, models: Sequence[str]) -> list[Block]:
    timed = records.metric("timing/cpu")["models"]
    there = [model for model in models if model in timed]
    rows = tuple((model, *_times(timed[model])) for model in there)
    header = ("Model", "Median, s", "9 of 10 within, s", "Pairs timed")
    words = "One pair at a time, from the encoded image to the class, on the CPU named below."
    points = [_point(records, model, timed[model]) for model in there]
    caption = "Accuracy, with its interval, by the CPU time of a prediction"
    chart = scatter(points, there, caption, f"{caption}; the tables have the numbers.")
    return [Words(words), Charts((chart,)), Table("CPU time of a prediction", header, rows)]


def _times(timed: Mapping[str, Any]) -> tuple[str, ...]:
    median, most = (timed[f"seconds_per_pair_{what}"] for what in ("median", "p90"))
    return f"{median:.4f}", f"{most:.4f}", f"{timed['pairs']:,}"


def _point(records: Records, model: str, timed: Mapping[str, Any]) -> dict[str, Any]:
    scores = records.metric(model)
    return {
        "model": model,
        "seconds": timed["seconds_per_pair_median"],
        "accuracy": scores["accuracy"],
        "low": scores["accuracy_low"],
        "high": scores["accuracy_high"],
    }
