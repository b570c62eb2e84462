"""The training runs that params ask for: their work, disk, memory and time."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import torch

from pairdx.core.errors import PairdxError
from pairdx.core.params import ZERO_SHOT, Section, validate
from pairdx.curate.scan.params import ScanParams
from pairdx.doctor.costs import FLOAT, Cost, clip_cost, image_encoder_cost
from pairdx.doctor.findings import Finding, gigabytes
from pairdx.doctor.scale import MAX_IMAGE_BYTES, Scale
from pairdx.doctor.times import LastRun, Work, in_words, last_runs, seconds
from pairdx.models.clinvla.params import ClinVlaParams
from pairdx.models.clip.params import ZeroShotParams
from pairdx.models.fusion.params import ClassifierParams, FusionParams
from pairdx.training.clip.params import PRETRAINED, PairDxClipParams, PretrainClipParams
from pairdx.training.word_vectors.params import WordVectorsParams

BASE_MEMORY = 900_000_000  # Python, torch and a split's table, as measured
COPIES = 2  # DVC keeps every output a second time, in its cache
STATE = 4  # a checkpoint holds the model, its best epoch, and Adam's two averages
TRAINED = 6  # the same in memory, and the gradients, and the model that is saved
DOWNLOAD = 10e6  # bytes a second, assumed
# Seconds an image on two cores, from filter to export, and for the words and faces in it: small
# drawn images, and real ones with the contrast raised as well (benchmarks/scan_throughput.py).
CURATION = 0.005
SCREENING = {False: 0.017, True: 0.060}
MODELS = ("fusion", "image_only", "caption_only", "pairdx_clip", "clinvla")
READ = (
    WordVectorsParams,
    ClassifierParams,
    FusionParams,
    ZeroShotParams,
    PairDxClipParams,
    PretrainClipParams,
    ClinVlaParams,
)
ADAPTERS = 0.03  # of the base model's parameters (docs/clinvla.md)


def runs_of(sections: dict[str, Section], scale: Scale) -> dict[str, Work]:
    """List the training runs; one whose cost is not known before a fetch is left out."""
    runs = {name: _work(name, sections, scale.train) for name in MODELS}
    return {name: work for name, work in runs.items() if work is not None}


def _work(model: str, sections: dict[str, Section], rows: int) -> Work | None:
    """Describe the training of one model; None where its cost is not known."""
    if model == "pairdx_clip":
        tuned = cast(PairDxClipParams, sections["pairdx_clip"])
        cost = _zero_shot_cost("clip", sections)
        if cost is None:
            return None
        return Work(cost, cost.parameters, rows, tuned.epochs, tuned.batch_size)
    if model == "clinvla":
        return _adapters(sections, rows)
    params = cast(ClassifierParams, sections["fusion" if model == "fusion" else "classifier"])
    cost = None
    if model != "caption_only":
        cost = image_encoder_cost(params.image_encoder, params.image_size)
    trained = cost.parameters if cost and not params.freeze_image else 0
    words = cast(WordVectorsParams, sections["word_vectors"])
    if model != "image_only" and words.source != "train" and not params.freeze_vectors:
        trained += words.max_words * words.dimension
    return Work(cost, trained, rows, params.epochs, params.batch_size)


def _adapters(sections: dict[str, Section], rows: int) -> Work | None:
    """Describe ClinVLA's training; None where it adapts a model that no stage here makes."""
    params = cast(ClinVlaParams, sections["clinvla"])
    cost = _zero_shot_cost(Path(params.base).name.removesuffix(ZERO_SHOT), sections)
    tuned = params.classify_epochs if params.classify == "task_adapter" else 0
    if cost is None:
        return None
    trained, epochs = int(ADAPTERS * cost.parameters), params.epochs + tuned
    return Work(cost, trained, rows, epochs, params.batch_size)


def _zero_shot_cost(key: str, sections: dict[str, Section]) -> Cost | None:
    models = cast(ZeroShotParams, sections["zero_shot"]).models
    if key not in models:
        return None
    if models[key].model == PRETRAINED:
        return clip_cost(cast(PretrainClipParams, sections["pretrain_clip"]).model, None)
    return clip_cost(models[key].model, models[key].pretrained)


def _describe(model: str, run: LastRun) -> tuple[Work, float] | None:
    """Describe a finished training; None where it is not of this version of the project."""
    try:
        sections: dict[str, Section] = {
            section.section: validate(section, run.params, Path("dvc.lock")) for section in READ
        }
        work = _work(model, sections, run.rows)
    except PairdxError:
        return None
    return (work, run.took) if work else None


def output_bytes(sections: dict[str, Section], scale: Scale, runs: dict[str, Work]) -> int:
    """Add up what stages will write, DVC's copies, the largest checkpoint and decoded images."""
    image = min(scale.image_bytes, MAX_IMAGE_BYTES)
    tables = scale.raw_bytes + image * (scale.cohort + 2 * scale.pairs)  # scrubbed; PairDx, export
    keys = cast(ZeroShotParams, sections["zero_shot"]).models
    costs = [_zero_shot_cost(key, sections) for key in keys]
    trained = [run.parameters * FLOAT for run in runs.values()]
    models = sum(trained) + sum(cost.parameters * FLOAT for cost in costs if cost)
    return COPIES * (tables + models) + STATE * max(trained) + pixel_bytes(scale, runs)


def pixel_bytes(scale: Scale, runs: dict[str, Work]) -> int:
    """Add up the decoded images of all splits, once for each size in which models look at them."""
    sides = {run.cost.side for run in runs.values() if run.cost is not None}
    return sum((scale.train + scale.held_out) * 3 * side**2 for side in sides)


def memory(runs: dict[str, Work]) -> int:
    """Estimate the memory of the largest training run: its weights and activations."""
    needs = []
    for run in runs.values():
        need = TRAINED * FLOAT * run.parameters
        if run.cost is not None:
            need += run.cost.activation_bytes * run.batch_size
        needs.append(need)
    return BASE_MEMORY + max(needs)


def examine_times(
    sections: dict[str, Section], runs: dict[str, Work], scale: Scale, to_fetch: int
) -> Iterator[Finding]:
    """Estimate fetching, curation, and each training run from its last one in this checkout."""
    if to_fetch:
        found = f"about {in_words(to_fetch / DOWNLOAD)} at {DOWNLOAD / 1e6:.0f} MB/s"
        yield Finding("time fetch", gigabytes(to_fetch), found, "ok")
    scan = cast(ScanParams, sections["scan"])
    screening = SCREENING[scan.raise_contrast] if scan.words != "off" else 0
    found = f"about {in_words(scale.cohort * (CURATION + screening))} on two cores"
    yield Finding("time curation", f"at most {scale.cohort} images", found, "ok")
    if torch.cuda.is_available():
        found = "not measured by us; the paper's two trainings took 66 and 18 min on an A100-40GB"
        yield Finding("time", "training on the GPU", found, "note")
        return
    finished, total = last_runs(Path()), 0.0
    for name, run in runs.items():
        before = _describe(name, finished[name]) if name in finished else None
        if before is None:
            found = "unknown: no finished run in this checkout to scale from"
            yield Finding(f"time {name}", _words(run), found, "note")
            continue
        took = seconds(run, *before)
        total += took
        yield Finding(f"time {name}", _words(run), f"about {in_words(took)}", "ok")
    if total:
        found = f"about {in_words(total)}, if this CPU is like the one timed in metrics/timing"
        yield Finding("time", "all training", found, "ok" if total < 12 * 3600 else "note")


def _words(run: Work) -> str:
    return f"at most {run.rows} pairs, {run.epochs} epochs"
