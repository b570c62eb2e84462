"""ClinVLA beside its base and its parts: the tables of docs/clinvla.md, as Markdown.

`python benchmarks/clinvla.py TABLE` after `dvc repro`, from the top of the project. TABLE is
`parts` (the paper's ablations, full fine-tuning and the literal objective; retrieval on the test
pairs), `tuning` (four ways to tune, and what they forget of classes they were not shown) or
`complexity`. Seconds are of the processor, on as many threads as OMP_NUM_THREADS says.
"""

import dataclasses
import os
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path
from time import perf_counter, process_time
from typing import Annotated, Any

import numpy as np
import torch
import typer
from settings import changed
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from pairdx.core.params import load_seed
from pairdx.core.schema import EMBEDDINGS, LABELS, write_table
from pairdx.evidence.retrieval.params import RetrieveParams
from pairdx.evidence.retrieval.retrieval import read_searches, score, summarise
from pairdx.models.clinvla.params import ClinVlaParams
from pairdx.models.clip import clip
from pairdx.models.clip.clip import ClipClassifier
from pairdx.models.common.card import ModelCard
from pairdx.models.common.predictor import Embedder
from pairdx.pairs.store import Pairs, read_pairs
from pairdx.prediction.embed import embed_pairs
from pairdx.statistics.intervals.bootstrap import DIFFERENCE, article_weights, interval
from pairdx.training.clinvla.clinvla import new_clinvla, train_clinvla
from pairdx.training.clip.params import PairDxClipParams
from pairdx.training.clip.tune import tune_clip
from pairdx.training.common.checkpoint import Checkpoint

SEED = load_seed()
BASE = Path(ClinVlaParams.load().base)
TRAIN, VALIDATION, TEST = (
    read_pairs(Path("data/pairdx") / f"{split}.parquet")
    for split in ("train", "validation", "test")
)
PUBLISHED = "ViT-B-32-quickgelu"  # its architecture alone: what it costs, not what it knows
SEARCHES = ("image_to_image", "text_to_image", "image_to_text")
WITHOUT: dict[str, dict[str, Any]] = {
    "ClinVLA": {},
    "without adapters": {"bottleneck": 0},
    "without invertible adapters": {"reduction": 0},
    "without views": {"views": "none"},
    "without local loss": {"local_weight": 0.0},
    "without global loss": {"global_weight": 0.0},
    "without masking": {"patch_dropout": 0.0},
    "literal objective": {"objective": "literal"},
}


def checkpoint() -> Checkpoint:
    """One that no earlier run has left behind."""
    return Checkpoint(f"benchmark_{os.getpid()}", str(perf_counter()))


def base() -> ClipClassifier:
    """The model that all start from."""
    return ClipClassifier.load(BASE, ModelCard.load(BASE))


def adapted(train: Pairs, **changes: object) -> tuple[Embedder, int, float]:
    """ClinVLA, how many parameters it trained, and its seconds."""
    params = changed(ClinVlaParams, changes)
    model = new_clinvla(BASE, params, SEED)
    start = process_time()
    train_clinvla(model, train, VALIDATION, params, SEED, checkpoint())
    parts = model.model.adapters
    trained = parts.of_language() + parts.of_task("alignment")
    return model, sum(weight.numel() for weight in trained), process_time() - start


def tuned(train: Pairs, **changes: object) -> tuple[ClipClassifier, float]:
    """The base, tuned as the changed section `pairdx_clip` says, and its seconds."""
    start = process_time()
    params = changed(PairDxClipParams, {"epochs": ClinVlaParams.load().epochs} | changes)
    model, _ = tune_clip(base(), train, VALIDATION, params, SEED, checkpoint())
    return model, process_time() - start


def searches(model: Embedder) -> dict[str, Any]:
    """The test pairs, embedded, as searches."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "embeddings.parquet"
        write_table(embed_pairs(model, TEST), path, EMBEDDINGS)
        return read_searches(path)


def parts() -> Iterator[str]:
    """Retrieval by class, with and without each part."""
    columns = " | ".join(f"P@5 {name}" for name in SEARCHES)
    yield f"| Model | Trained | {columns} | MRR text_to_image | Mean cosine of images | Seconds |"
    yield "|---|---:|---|---|---|---:|---:|---:|"
    start = base()
    whole = sum(weight.numel() for weight in start.model.parameters())
    yield line("base", 0, start, 0.0)
    full, seconds = tuned(TRAIN, tune="full", objective="captions")
    yield line("full fine-tuning on captions", whole, full, seconds)
    for name, changes in WITHOUT.items():
        model, trained, seconds = adapted(TRAIN, classify="prompts", **changes)
        yield line(name, trained, model, seconds)
        if not changes:
            differences = [
                difference("ClinVLA less base", searches(model), searches(start)),
                difference("ClinVLA less full", searches(model), searches(full)),
            ]
    yield from ["", *differences]


def difference(name: str, ours: dict[str, Any], theirs: dict[str, Any]) -> str:
    """Paired differences of precision at 5, with intervals by article."""
    params, cells = RetrieveParams.load(), []
    for search in SEARCHES:
        gain = score(ours[search])["p_at_5"] - score(theirs[search])["p_at_5"]  # (Q,)
        there, articles = ~np.isnan(gain), ours[search].articles
        drawn = article_weights(articles, params.resamples, np.random.default_rng(SEED))
        weights = np.concatenate(list(drawn))[:, there]  # (R, Q)
        means = weights @ gain[there] / weights.sum(axis=1)
        mean = gain[there].mean()
        low, high = interval(mean, means, params.confidence, articles[there], DIFFERENCE)
        cells.append(f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]")
    return f"| {name} | {' | '.join(cells)} |"


def line(name: str, trained: int, model: Embedder, seconds: float) -> str:
    """A row: scores with intervals, mean reciprocal rank, how alike all images are, seconds."""
    found = searches(model)
    scores = summarise(found, RetrieveParams.load(), SEED)
    cells = [
        "{p_at_5:.3f} [{p_at_5_low:.3f}, {p_at_5_high:.3f}]".format(**scores[search])
        for search in SEARCHES
    ]
    rank = float(np.nanmean(score(found["text_to_image"])["mrr"]))
    images = found["image_to_image"].queries
    alike = float((images @ images.T).mean())
    cells = [name, f"{trained:,}", *cells, f"{rank:.3f}", f"{alike:.3f}", f"{seconds:.0f}"]
    return f"| {' | '.join(cells)} |"


def tuning() -> Iterator[str]:
    """Accuracy among the classes that were shown, and between two others, before and after."""
    start = base()
    # Only what is known can be forgotten: the two that the base tells apart best.
    told = start.predict(VALIDATION.images, VALIDATION.captions)
    others = max(combinations(LABELS, 2), key=lambda two: accuracy(told, VALIDATION, two))
    shown = [label for label in LABELS if label not in others]
    train = only(TRAIN, shown)
    whole = sum(weight.numel() for weight in start.model.parameters())
    yield f"| Way | Trained | Seconds | Accuracy, shown classes | {others[0]} or {others[1]} |"
    yield "|---|---:|---:|---:|---:|"
    models: list[tuple[str, int, float, Any]] = [("zero-shot", 0, 0.0, start)]
    for way in ("full", "lora", "probe"):
        model, seconds = tuned(train, tune=way, **({"lr": 0.05} if way == "probe" else {}))
        models.append((way, trained_by(way, whole), seconds, model))
    for name, classify in (("clinvla, aligned", "prompts"), ("clinvla", "task_adapter")):
        clinvla, trained, seconds = adapted(train, classify=classify)
        models.append((name, trained, seconds, clinvla))
    for name, trained, seconds, model in models:
        told = model.predict(TEST.images, TEST.captions)
        scores = " | ".join(f"{accuracy(told, TEST, part):.3f}" for part in (shown, others))
        yield f"| {name} | {trained:,} | {seconds:.0f} | {scores} |"


def only(pairs: Pairs, labels: Sequence[str]) -> Pairs:
    """The pairs of some classes."""
    rows = [row for row, label in enumerate(pairs.labels) if label in labels]
    names = [field.name for field in dataclasses.fields(pairs)]
    return Pairs(**{name: [getattr(pairs, name)[row] for row in rows] for name in names})


def accuracy(probabilities: Any, pairs: Pairs, labels: Sequence[str]) -> float:  # noqa: ANN401
    """How often the right one of some classes is told, on the pairs of these classes."""
    columns = np.array([LABELS.index(label) for label in labels])
    rows = np.isin(pairs.labels, labels)
    told = columns[probabilities[rows][:, columns].argmax(1)]
    return float((told == pairs.targets.numpy()[rows]).mean())


def trained_by(way: str, whole: int) -> int:
    """How many parameters a way of tuning trains."""
    if way == "full":
        return whole
    if way == "probe":
        return len(LABELS) * base().encode_prompts().shape[1]
    from pairdx.training.clip.lora import lora

    model = base().model
    with lora(model, PairDxClipParams.load().lora_rank, SEED):
        return sum(weight.numel() for weight in model.parameters() if weight.requires_grad)


def complexity() -> Iterator[str]:
    """Operations counted by torch (matrix products and convolutions), parameters, time."""
    yield "| Model | Image, GFLOPs | Caption, GFLOPs | Parameters | Trained | ms an image |"
    yield "|---|---:|---:|---:|---:|---:|"
    with tempfile.TemporaryDirectory() as folder:
        large = Path(folder)
        drawn = ClipClassifier.untrained(PUBLISHED, base().prompts, SEED)
        drawn.save(large, clip.card("clip_zero_shot", PUBLISHED, drawn, trained=False))
        for name, start in ((str(BASE), BASE), (f"{PUBLISHED}, random weights", large)):
            plain = ClipClassifier.load(start, ModelCard.load(start))
            whole = sum(weight.numel() for weight in plain.model.parameters())
            yield costs(name, plain, whole, f"{whole:,}")
            model = new_clinvla(start, ClinVlaParams.load(), SEED)
            parts = model.model.adapters
            first = sum(w.numel() for w in parts.of_language() + parts.of_task("alignment"))
            second = sum(w.numel() for w in parts.of_task("classification"))
            yield costs(
                f"{name}, with adapters", model, whole + first + second, f"{first:,} + {second:,}"
            )


def costs(name: str, model: Embedder, parameters: int, trained: str) -> str:
    """A row: what one image and one caption take."""
    image = operations(lambda: model.embed_images(TEST.images[:1]))
    caption = operations(lambda: model.embed_captions(TEST.captions[:1]))
    seconds = []
    for data in TEST.images[:50]:
        start = perf_counter()
        model.embed_images([data])
        seconds.append(perf_counter() - start)
    told = f"{1000 * statistics.median(seconds):.1f}"
    return f"| {name} | {image:.4g} | {caption:.4g} | {parameters:,} | {trained} | {told} |"


def operations(run: Callable[[], object]) -> float:
    """Count the floating-point operations of ``run``, in thousands of millions."""
    # torch does not count what attention computes in its fused forms.
    torch.backends.mha.set_fastpath_enabled(False)
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        run()
    torch.backends.mha.set_fastpath_enabled(True)
    return counter.get_total_flops() / 1e9


TABLES = {"parts": parts, "tuning": tuning, "complexity": complexity}


def main(table: Annotated[str, typer.Argument(help=f"One of {', '.join(TABLES)}.")]) -> None:
    """Print a table of docs/clinvla.md, after `dvc repro`, from the top of the project."""
    if table not in TABLES:
        raise typer.BadParameter(f"{table!r}; allowed are {', '.join(TABLES)}")
    for row in TABLES[table]():
        print(row, flush=True)


if __name__ == "__main__":
    typer.run(main)
