"""`pairdx export-model-card`: a model folder with a README.md that says what it is good for.

The card is filled from metrics, which are later than the model: so it is no part of its folder, but
of a copy. A CLIP's copy is of open_clip's own form; uploaded as it is, it opens as `hf-hub:`.
"""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from pairdx.core.errors import PairdxError
from pairdx.core.inputs import read_json
from pairdx.core.outputs import new_folder, write_text
from pairdx.core.schema import LABELS
from pairdx.models.common.card import ModelCard
from pairdx.models.common.predictor import Part
from pairdx.prediction.predict import load_model
from pairdx.sharing import statements
from pairdx.sharing.contents import Contents, read_contents
from pairdx.sharing.datasheet import as_text, markdown
from pairdx.statistics.intervals.reported import estimate

SCORES = {
    "accuracy": "Accuracy",
    "macro_f1": "Macro-F1",
    "balanced_accuracy": "Balanced accuracy",
    "auroc": "AUROC",
    "ece": "Expected calibration error",
}
BASE = "base"  # the folder in which the model that adapters need is copied along


def export_model_card(model: Path, out: Path, data: Path, raw: Path, metrics: Path) -> ModelCard:
    """Copy a model folder into the new folder ``out``, and write its card.

    Args:
        model: a folder below models/, or one of `pairdx export`.
        out: does not exist yet; it appears whole or not at all.
        data: the splits that it was trained and tested on.
        raw: the release that they are from.
        metrics: what the run measured.

    Raises:
        PairdxError: ``out`` is there, ``model`` is no model, or it was not evaluated.
    """
    if out.exists():
        raise PairdxError(f"{out}: is there; name a new folder, or remove it")
    card = ModelCard.load(model)
    contents = read_contents(data, raw, metrics)
    reads = load_model(model).reads
    facts = _facts(card, reads, contents, metrics)
    with new_folder(out) as folder:
        shutil.copytree(model, folder, dirs_exist_ok=True)
        if BASE in card.settings:
            shutil.copytree(model / card.settings[BASE], folder / BASE)
            replace(card, settings=card.settings | {BASE: BASE}).save(folder)
        text = f"---\n{yaml.safe_dump(_header(card, reads, facts), sort_keys=False)}---\n\n"
        write_text(folder / "README.md", text + markdown("model_card.md", facts))
    return card


def _header(card: ModelCard, reads: frozenset[Part], facts: Mapping[str, Any]) -> dict[str, Any]:
    """What the hub reads."""
    task = _task(card, reads)
    measured = [{"type": name, "value": facts["scores"][name]} for name in ("accuracy", "macro_f1")]
    tested = {"name": f"PairDx, test split ({facts['sources']})", "type": "pairdx", "split": "test"}
    result = {"task": {"type": task}, "dataset": tested, "metrics": measured}
    return {
        "library_name": "open_clip" if card.kind == "clip" else "pairdx",
        "pipeline_tag": task,
        "license": "other",
        "license_name": "see-data",
        "language": ["en"],
        "tags": ["medical", *(["clip"] if card.kind == "clip" else [])],
        "model-index": [{"name": card.model, "results": [result]}],
    }


def _task(card: ModelCard, reads: frozenset[Part]) -> str:
    if card.kind in ("clip", "clinvla"):
        return "zero-shot-image-classification"
    return "image-classification" if "image" in reads else "text-classification"


def _facts(
    card: ModelCard, reads: frozenset[Part], contents: Contents, metrics: Path
) -> dict[str, Any]:
    """All that the template says."""
    path = metrics / f"{card.model}.json"
    scores = read_json(path, dict[str, Any], "a model's metrics", "run `dvc repro evaluate`")
    nouns: dict[Part, str] = {"image": "an image", "caption": "a caption"}
    others = _read(metrics / "comparison.json")
    others.pop(card.model, None)
    return {
        "model": card.model,
        "description": card.description,
        "trained": card.trained,
        "parameters": f"{card.parameters:,}",
        "labels": LABELS,
        "reads": " and ".join(noun for part, noun in nouns.items() if part in reads),
        "open_clip": card.kind == "clip" and not card.settings["probe"],
        "drawn": contents.drawn,
        "drawn_warning": statements.DRAWN_WARNING,
        "uses": statements.USES,
        "limits": contents.limits,
        "biases": contents.biases,
        "sources": " and ".join(map(as_text, contents.sources)),
        "licences": ", ".join(map(as_text, contents.counts("license"))),
        "counts": contents.split["counts"],
        "steps": _steps(contents),
        "scores": scores,
        "results": {title: estimate(scores, name) for name, title in SCORES.items()},
        "others": {
            name: (estimate(one, "accuracy"), estimate(one, "macro_f1"))
            for name, one in others.items()
        },
        "notes": [*_calibration(card, metrics), *_robustness(card, metrics)],
        "costs": [f"Parameters: {card.parameters:,}", *_times(card, metrics)],
    }


def _steps(contents: Contents) -> str:
    counts = {step.replace("_", " "): one["total"] for step, one in contents.attrition.items()}
    return ", ".join(f"{step} {count}" for step, count in counts.items())


def _calibration(card: ModelCard, metrics: Path) -> list[str]:
    """What the calibration says, if it was measured."""
    found = _read(metrics / "calibration" / f"{card.model}.json")
    if not found:
        return []
    lines = [
        f"Divide the logits by {found['temperature']:.3f} for probabilities that hold: the "
        f"expected calibration error is {estimate(found['before'], 'ece')} before and "
        f"{estimate(found['after'], 'ece')} after."
    ]
    for share, one in found["coverage"].items():
        lines.append(
            f"Answering when the highest is at least {one['threshold']:.3f}, it answers "
            f"{one['answered']} of {found['n']} (aim {share} %), with an accuracy of "
            f"{estimate(one, 'accuracy')}."
        )
    return lines


def _robustness(card: ModelCard, metrics: Path) -> list[str]:
    found = _read(metrics / "robustness.json")
    one = found.get("models", {}).get(card.model, {})
    return [
        f"Under corruptions of the {part} its accuracy falls by "
        f"{estimate(one[part], 'accuracy_drop')} on average ({found['n']} pairs)."
        for part in ("image", "caption")
        if one.get(part)
    ]


def _times(card: ModelCard, metrics: Path) -> list[str]:
    trained = _read(metrics / "timing" / "train" / f"{card.model}.json")
    cpu = _read(metrics / "timing" / "cpu.json")
    one = cpu.get("models", {}).get(card.model)
    lines = [f"Training: {trained['seconds']:.0f} s, on the machine of the run"] if trained else []
    if one:
        machine = ", ".join(f"{key} {value}" for key, value in cpu["cpu"].items())
        seconds = one["seconds_per_pair_median"]
        lines.append(f"A pair at a time on a CPU, decoding and all: {seconds:.4f} s ({machine})")
    return lines


def _read(path: Path) -> dict[str, Any]:
    """Read a metrics file; empty where there is none."""
    return (
        read_json(path, dict[str, Any], "a metrics file", "run `dvc repro`")
        if path.is_file()
        else {}
    )
