"""The chapter on the models: scores side by side, confusion, training, calibration, retrieval."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from pairdx.core.schema import LABELS
from pairdx.evidence.report import charts
from pairdx.evidence.report.blocks import (
    NOTHING,
    Block,
    Chapter,
    Charts,
    Matrices,
    Matrix,
    Table,
    Words,
    name,
    part,
    told,
)
from pairdx.evidence.report.records import AbsentError, Records
from pairdx.statistics.intervals.reported import ENDS

METRICS = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro-F1",
    "balanced_accuracy": "Balanced accuracy",
    "auroc": "AUROC",
}
SEARCHES = {
    "image_to_image": "Images by images",
    "text_to_image": "Images by captions",
    "image_to_text": "Captions by images",
}


def chapter(records: Records, models: Sequence[str], trained: Sequence[str]) -> Chapter:
    """Lay out what is known of the ``models``, of which some may have random weights."""
    parts = (
        part("Side by side", partial(_comparison, records, models, trained)),
        part("By class", partial(_classes, records, models)),
        part("What is taken for what", partial(_confusion, records, models)),
        part("Training", partial(_training, records, models)),
        part("Calibration", partial(_calibration, records, models)),
        part("Retrieval", partial(_retrieval, records, models)),
    )
    return Chapter("models", "The models", parts)


def _comparison(records: Records, models: Sequence[str], trained: Sequence[str]) -> list[Block]:
    scores = {model: records.metric(model) for model in models}
    forests = [
        charts.forest(
            [interval_row(model, one, key) for model, one in scores.items()],
            title.lower(),
            f"{title} on the test pairs, with intervals",
            f"{title} of each model; the table below has the numbers.",
            (0, 1),
        )
        for key, title in list(METRICS.items())[:2]
    ]
    rows = tuple(
        (model, *(told(one, key) for key in METRICS), f"{one['n']:,}")
        for model, one in scores.items()
    )
    table = Table("Scores on the test pairs [low, high]", ("Model", *METRICS.values(), "n"), rows)
    blocks: list[Block] = [Charts(tuple(forests)), table]
    if random := [model for model in models if model not in trained]:
        told_of = f"Untrained: {', '.join(random)}. The weights are random, the score is chance"
        blocks.append(Words(f"{told_of} (1 in {len(LABELS)})."))
    return blocks


def interval_row(model: str, scores: Mapping[str, Any], key: str) -> dict[str, Any]:
    """A line of a forest chart."""
    value, low, high = (scores[f"{key}{end}"] for end in ENDS)
    return {"name": model, "value": value, "low": low, "high": high}


def _classes(records: Records, models: Sequence[str]) -> list[Block]:
    rows = []
    for model in models:
        classes = records.metric(model)["per_class"]
        rows.append((model, *(f"{classes[label]['f1']:.3f}" for label in LABELS)))
    return [Table("F1 of each class", ("Model", *map(name, LABELS)), tuple(rows))]


def confusion(records: Records, model: str) -> Counter[tuple[str, str]]:
    """How many test pairs of a class (first) are told as a class (second)."""
    rows = records.rows(f"{model}/confusion")
    return Counter((row["actual"], row["predicted"]) for row in rows)


def _confusion(records: Records, models: Sequence[str]) -> list[Block]:
    matrices = []
    for model in models:
        counts = confusion(records, model)
        cells = tuple(tuple(counts[row, column] for column in LABELS) for row in LABELS)
        matrices.append(Matrix(model, tuple(map(name, LABELS)), cells))
    words = (
        "Test pairs by their class (rows) and the model's answer (columns): blue is right, red is "
        "wrong, and the deeper, the larger the share of the class."
    )
    return [Words(words), Matrices(tuple(matrices))]


def _training(records: Records, models: Sequence[str]) -> list[Block]:
    rows = [
        {"model": model, **{key: float(value) for key, value in row.items() if value}}
        for model in models
        for row in _history(records, model)
    ]
    if not rows:
        raise AbsentError("plots/history")
    trained = [model for model in models if any(row["model"] == model for row in rows)]
    drawn = [
        charts.curves(rows, trained, field, caption, f"{caption}, of {', '.join(trained)}.")
        for field, caption in (
            ("validation_macro_f1", "Macro-F1 on the validation pairs by epoch"),
            ("validation_loss", "Loss on the validation pairs by epoch"),
        )
    ]
    return [Charts(tuple(drawn))]


def _history(records: Records, model: str) -> list[dict[str, str]]:
    """Epochs of a model that is trained by epochs; none of another."""
    try:
        return records.rows(f"history/{model}")
    except AbsentError:
        return []


def _calibration(records: Records, models: Sequence[str]) -> list[Block]:
    rows = records.rows("reliability")
    drawn = []
    for model in models:
        of = [
            {**row, **{key: float(row[key]) for key in ("confidence", "accuracy", "count")}}
            for row in rows
            if row["model"] == model and row["accuracy"]
        ]
        said = f"{model}: accuracy by confidence, before and after temperature scaling."
        drawn.append(charts.reliability(of, model, said))
    found = {model: records.metric(f"calibration/{model}") for model in models}
    table = Table(
        "Expected calibration error [low, high]",
        ("Model", "Before scaling", "After scaling", "Change", "Temperature"),
        tuple(
            (
                model,
                told(one["before"], "ece"),
                told(one["after"], "ece"),
                told(one["change"], "ece", "+"),
                f"{one['temperature']:.2f}",
            )
            for model, one in found.items()
        ),
    )
    explained = (
        "A model on the dashed diagonal is right as often as it says; below it, it is too sure; "
        "the larger a point, the more pairs it stands for. "
        "The temperature is fitted on the validation pairs."
    )
    return [Words(explained), Charts(tuple(drawn)), table]


def _retrieval(records: Records, models: Sequence[str]) -> list[Block]:
    found = {}
    for model in models:
        try:
            found[model] = records.metric(f"retrieval/{model}")
        except AbsentError:
            continue  # it embeds nothing
    if not found:
        raise AbsentError("metrics/retrieval")
    rows = [
        (model, *(told(one[search], "p_at_5") for search in SEARCHES))
        for model, one in found.items()
    ]
    chance = next(iter(found.values())).get("chance", {})
    rows.append(("chance", *(_share(chance.get(search, {}).get("p_at_5")) for search in SEARCHES)))
    header = ("Model", *SEARCHES.values())
    return [Table("Of the five nearest, the share of the same class", header, tuple(rows))]


def _share(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3f}"
