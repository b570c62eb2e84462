"""PairDxFusion's training beside other ways to feed the same network: the tables of docs/peers.md.

    python benchmarks/peers.py                # images a second of an epoch
    python benchmarks/peers.py --seeds 5      # validation macro-F1 of whole trainings

Needs pairdx[benchmarks], and data/pairdx with its word vectors (`dvc repro split word_vectors`).

The reference is written the paper's way: one file an image, opened and resized with PIL in every
epoch, torchvision's transforms a sample, a torch Dataset and DataLoader, float32, plain AdamW. Two
more read the same pairs with Hugging Face `datasets` (Parquet) and `webdataset` (tar files). All
train the same network on the same pairs, batches of the same size, one cycle of the same learning
rate, with the same number of threads; `--workers` adds processes to those that read for themselves.

All take turns, an epoch each. An epoch is its steps, without validation; "waiting" is the share of
it that went by between them. "Once" is what ours does before the first epoch (images decoded,
captions tokenised), which the last column spreads over the epochs of params.yaml. What the others
took to write their files is left out. `--clock cpu` counts the seconds that the processor spends on
this process, which other work on the machine changes less.
"""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import chdir
from dataclasses import dataclass, field, replace
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean, median
from tempfile import TemporaryDirectory, mkdtemp
from typing import Annotated, Literal

import torch
import typer
from peer_loaders import PEERS, Plain, Prepare
from scipy.stats import ttest_1samp
from settings import changed, parsed
from torch import Tensor
from tqdm import tqdm

from pairdx.core.checkout import kept
from pairdx.core.outputs import write_json
from pairdx.core.params import load_seed
from pairdx.core.schema import SPLITS
from pairdx.models.common.predictor import device
from pairdx.models.fusion import fusion
from pairdx.models.fusion.network import Batch
from pairdx.models.fusion.params import FusionParams
from pairdx.pairs import pixel_cache
from pairdx.pairs.store import Pairs, read_pairs
from pairdx.pairs.text import WordVectors
from pairdx.training.common.checkpoint import Checkpoint
from pairdx.training.common.loop import History, Recipe, best_epoch, steps
from pairdx.training.common.precision import resolve, use_threads
from pairdx.training.common.validation import validation_scores
from pairdx.training.fusion.classifier import ClassifierTask, train_classifier, train_task

NAIVE = next(iter(PEERS))
Clock = Literal["wall", "cpu"]
CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}
PAIRS, WORDS = Path("data/pairdx"), Path("data/word_vectors.safetensors")


@dataclass(frozen=True)
class Setting:
    """What all are trained on, and how."""

    pairs: Pairs
    words: WordVectors
    params: FusionParams
    seed: int
    clock: Callable[[], float] = time.perf_counter

    def classifier(self) -> fusion.Classifier:
        """Return a new model; those of a seed begin with the same weights."""
        return fusion.build(self.params, self.words, True, self.seed)

    def plain(self, classifier: fusion.Classifier, name: str, workers: int = 0) -> Plain:
        """Return the plain loop that trains a model on a peer's batches, from a new folder."""
        params, image = self.params, classifier.inputs.image
        assert image is not None
        prepare = Prepare.of(image, params.augmentation, self.words.vocabulary)
        folder = Path(mkdtemp(dir="."))
        batches = PEERS[name](self.pairs, folder, prepare, params.batch_size, workers)
        return Plain(classifier.network, batches, params, self.clock)

    @property
    def steps(self) -> int:
        """How many are taken in all."""
        return steps(len(self.pairs), Recipe.of(self.params, self.params.epochs))


@dataclass(frozen=True)
class Epoch:
    """Seconds of an epoch, and of what went by between its steps."""

    seconds: float
    waited: float


@dataclass(frozen=True)
class Way:
    """One way to train: its epochs, the first of which warms up, and its seconds before them."""

    name: str
    epoch: Callable[[], Epoch]
    once: float = 0.0
    runs: list[Epoch] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """The median of its epochs."""
        return median(run.seconds for run in self.runs[1:])

    @property
    def waiting(self) -> float:
        """The median share of an epoch between its steps."""
        return median(run.waited / run.seconds for run in self.runs[1:])

    def spread(self, epochs: int) -> float:
        """An epoch, and its part of what is done once."""
        return self.seconds + self.once / epochs


class TimedTask(ClassifierTask):
    """Ours; an epoch ends where validation would begin."""

    clock: Callable[[], float]
    ended = waited = 0.0

    def batch(self, rows: Tensor) -> Batch:
        """Count the time of a batch."""
        begun = self.clock()
        batch = super().batch(rows)
        self.waited += self.clock() - begun
        return batch

    def validate(self) -> dict[str, float]:
        """Note the time instead."""
        self.ended = self.clock()
        return {"validation_loss": 0.0, "validation_macro_f1": 0.0}


def our_epoch(setting: Setting) -> tuple[Callable[[], Epoch], float]:
    """Return what trains an epoch with the loop of the stage, and the seconds of preparing it."""
    classifier, clock = setting.classifier(), setting.clock
    shutil.rmtree(kept(pixel_cache.FOLDER), ignore_errors=True)  # nothing is decoded already
    begun = clock()
    task = TimedTask(classifier, setting.pairs, first(setting.pairs, 1), setting.params)
    task.clock, once = clock, clock() - begun

    def epoch() -> Epoch:
        task.waited, begun = 0.0, clock()
        train_task(task, setting.params, Checkpoint("peers", "ours"))
        return Epoch(task.ended - begun, task.waited)

    return epoch, once


def peer_epoch(setting: Setting, name: str, workers: int) -> Callable[[], Epoch]:
    """Return what trains an epoch with another loader and the plain loop."""
    loop = setting.plain(setting.classifier(), name, workers)

    def epoch() -> Epoch:
        loop.waited, begun = 0.0, setting.clock()
        loop.train(setting.steps)
        return Epoch(setting.clock() - begun, loop.waited)

    return epoch


def first(pairs: Pairs, count: int) -> Pairs:
    """The first pairs of a split."""
    columns = {name: getattr(pairs, name)[:count] for name in Pairs.__dataclass_fields__}
    return Pairs(**columns)


def ways(setting: Setting, workers: int) -> Iterator[Way]:
    """All ways to train: ours in the format of params.yaml and in float32, and the others."""
    for precision in dict.fromkeys((resolve(setting.params.precision), torch.float32)):
        name = str(precision).removeprefix("torch.")
        params = setting.params.model_copy(update={"precision": name})
        yield Way(f"PairDx, {name}", *our_epoch(replace(setting, params=params)))
    for name in PEERS:
        yield Way(name, peer_epoch(setting, name, workers))


def print_speeds(setting: Setting, rounds: int, workers: int, epochs: int) -> None:
    """Print one row a way to train; all take turns, and a first round warms up."""
    compared = list(ways(setting, workers))
    size, pairs = setting.params.image_size, len(setting.pairs)
    for _ in tqdm(range(rounds + 1), desc=f"{size} px", unit="round"):
        for way in compared:
            way.runs.append(way.epoch())
    naive = next(way for way in compared if way.name == NAIVE).spread(epochs)
    print(f"| {size} px, {pairs} pairs | images/s | Epoch, s | Waiting | Once, s | x the naive |")
    print("|---|---:|---:|---:|---:|---:|")
    for way in compared:
        once = f"{way.once:.1f}" if way.once else ""
        cells = [f"{pairs / way.seconds:.0f}", f"{way.seconds:.1f}", f"{way.waiting:.1%}", once]
        print(
            f"| {way.name} | {' | '.join(cells)} | {naive / way.spread(epochs):.2f} |", flush=True
        )


def our_score(setting: Setting, validation: Pairs) -> float:
    """Train ours as its stage does, and return the validation macro-F1 of the epoch it keeps."""
    params, seed = setting.params, setting.seed
    checkpoint = Checkpoint("peers", f"{seed}")
    history = train_classifier(
        setting.classifier(), setting.pairs, validation, params, seed, checkpoint
    )
    return kept_score(history, params, len(validation))


def naive_score(setting: Setting, validation: Pairs) -> float:
    """Train the reference, and return the validation macro-F1 of the epoch that ours would keep."""
    classifier = setting.classifier()
    loop, history = setting.plain(classifier, NAIVE), []

    def validate() -> None:
        told = torch.tensor(classifier.predict(validation.images, validation.captions))
        history.append(validation_scores(told.log(), validation.targets))

    torch.manual_seed(setting.seed)
    loop.train(setting.steps, validate)
    return kept_score(history, setting.params, len(validation))


def kept_score(history: History, params: FusionParams, rows: int) -> float:
    """The validation macro-F1 of the epoch that `keep` says."""
    kept = best_epoch(history, rows) if params.keep == "best" else -1
    return history[kept]["validation_macro_f1"]


def print_scores(setting: Setting, validation: Pairs, seeds: int, file: Path | None) -> None:
    """Print one row a seed, and the mean paired difference with its interval of Student's t."""
    known = json.loads(file.read_text(encoding="utf-8")) if file and file.exists() else {}
    print("| Seed | PairDx | Naive | Difference |\n|---|---:|---:|---:|")
    digest = sha256(repr(setting.params).encode()).hexdigest()[:8]
    differences = []
    for seed in range(setting.seed, setting.seed + seeds):
        key = f"seed {seed}, params {digest}"
        if key not in known:
            one = replace(setting, seed=seed)
            known[key] = [our_score(one, validation), naive_score(one, validation)]
        if file:
            write_json(file, known)
        ours, naive = known[key]
        differences.append(ours - naive)
        print(f"| {seed} | {ours:.3f} | {naive:.3f} | {differences[-1]:+.3f} |", flush=True)
    if seeds < 2:  # one has no interval
        return
    low, high = ttest_1samp(differences, 0).confidence_interval(0.95)
    print(f"| mean | | | {fmean(differences):+.3f} [{low:+.3f}, {high:+.3f}] |")


def check_installed() -> None:
    """End with a line on what is not installed."""
    if missing := [name for name in ("datasets", "webdataset") if find_spec(name) is None]:
        raise SystemExit(
            f"error: {missing[0]} is not installed: "
            "pip install -c requirements.lock -e '.[benchmarks]'"
        )


def main(
    size: Annotated[list[int], typer.Option(help="Pixels a side.")] = [64, 224],  # noqa: B006
    pairs: Annotated[int, typer.Option(help="At most, of images above 64 pixels.")] = 192,
    rounds: Annotated[int, typer.Option(help="Of which medians are taken.")] = 5,
    workers: Annotated[int, typer.Option(help="Processes that read, of the others.")] = 0,
    clock: Annotated[Clock, typer.Option(help="cpu: for a machine that does other work.")] = "wall",
    seeds: Annotated[int, typer.Option(help="Compare macro-F1 of so many trainings.")] = 0,
    scores: Annotated[
        Path | None, typer.Option(help="With --seeds: keeps what is done, to go on from.")
    ] = None,
    change: Annotated[list[str], typer.Option("--set", help="KEY=VALUE of `fusion`.")] = [],  # noqa: B006
) -> None:
    """Print Markdown tables: of speed, or with --seeds of scores."""
    check_installed()
    train, validation = (read_pairs(PAIRS / f"{split}.parquet") for split in SPLITS[:2])
    words, seed, changes = WordVectors.load(WORDS), load_seed(), parsed(change)
    params = changed(FusionParams, changes)
    sections = [changed(FusionParams, changes | {"classifier.image_size": side}) for side in size]
    scores = scores and scores.absolute()
    use_threads(params.threads)
    with TemporaryDirectory() as scratch, chdir(scratch):  # checkpoints go there as well
        if seeds:
            print_scores(Setting(train, words, params, seed), validation, seeds, scores)
            return
        for section in sections:
            some = train if section.image_size <= 64 else first(train, pairs)
            one = section.model_copy(update={"epochs": 1})
            setting = Setting(some, words, one, seed, CLOCKS[clock])
            print_speeds(setting, rounds, workers, params.epochs)
    print(f"\n{device()}, {torch.get_num_threads()} threads, {workers} workers, {clock} time")


if __name__ == "__main__":
    typer.run(main)
