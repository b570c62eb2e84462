"""PairDxFusion's training, images a second, beside the same step on a batch that is there already.

    python benchmarks/training_speed.py --size 224 --batch 128

The first holds all that the loop does to a batch: gather, augment (as params.yaml says), move,
normalise. The second never changes its batch: what the device could do. Both take turns; medians of
``ROUNDS`` rounds. Pictures are noise: what they show costs nothing.

Waiting for data is the time until a batch of images as they were decoded is at hand: gathered, and
on a GPU handed to it (what the GPU itself waits for shows in the ratio).
"""

import io
import time
from collections.abc import Callable
from functools import partial
from statistics import median

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from PIL import Image
from settings import changed
from torch import Tensor
from torch.optim import AdamW

from pairdx.core.schema import LABELS
from pairdx.models.common.predictor import device
from pairdx.models.fusion import fusion
from pairdx.models.fusion.params import FusionParams
from pairdx.pairs.augment import Augment
from pairdx.pairs.store import Pairs
from pairdx.pairs.text import Vocabulary, WordVectors
from pairdx.training.common.feed import Images
from pairdx.training.common.loop import Recipe, stepper
from pairdx.training.common.placement import pinned
from pairdx.training.common.precision import resolve
from pairdx.training.fusion.classifier import ClassifierTask

ROUNDS = 5
WORDS = [f"word{number}" for number in range(5000)]


def drawn_pairs(count: int, size: int) -> Pairs:
    """Noise of the size that the network reads, with random captions."""
    random = np.random.default_rng(0)
    names = [str(number) for number in range(count)]
    images = [_jpeg(random.integers(0, 256, (size, size, 3), np.uint8)) for _ in range(64)]
    captions = [" ".join(random.choice(WORDS, 24)) for _ in names]
    labels = [LABELS[number % len(LABELS)] for number in range(count)]
    repeated = [images[number % len(images)] for number in range(count)]
    return Pairs(names, names, names, names, labels, captions, repeated)


def _jpeg(pixels: NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG")
    return buffer.getvalue()


def seconds(
    step: Callable[[Tensor], Tensor],
    batches: list[Tensor],
    prefetch: Callable[[], None],
) -> float:
    """How long the steps take, until the last loss is known."""
    start = time.perf_counter()
    prefetch()
    for rows in batches:
        loss = step(rows)
    loss.item()
    return time.perf_counter() - start


def augmenting(batch: int, size: int, params: FusionParams) -> float:
    """How long it takes to change a batch at random, alone."""
    images = torch.randint(0, 256, (batch, 3, size, size), dtype=torch.uint8, device=device())
    change, times = Augment(params.augmentation), []
    for _ in range(20):
        start = time.perf_counter()
        change(images)[-1, -1, -1, -1].item()  # waits for a GPU
        times.append(time.perf_counter() - start)
    return median(times)


def noted(waits: list[float]) -> Callable[[Images, Tensor], Tensor]:
    """Return `Images.take`, of which each call leaves its seconds in ``waits``."""
    take = Images.take

    def timed(images: Images, rows: Tensor) -> Tensor:
        start = time.perf_counter()
        batch = take(images, rows)
        waits.append(time.perf_counter() - start)
        return batch

    return timed


def main(size: int = 64, batch: int = 32, steps: int = 10, threads: int = 0) -> None:
    """Print images a second of both, and their ratio."""
    if threads:
        torch.set_num_threads(threads)
    params = changed(FusionParams, {"classifier.image_size": size, "classifier.batch_size": batch})
    generator = torch.Generator().manual_seed(0)
    vectors = WordVectors(
        Vocabulary(tuple(WORDS), 32), torch.randn(len(WORDS), 300, generator=generator)
    )
    classifier = fusion.build(params, vectors, True, 0)
    pairs = drawn_pairs(batch * steps, size)
    task = ClassifierTask(classifier, pairs, drawn_pairs(64, size), params)
    optimizer = AdamW(task.model.parameters(), lr=1e-4, fused=True)
    dtype = resolve(params.precision)
    scaler = torch.amp.GradScaler(device().type, enabled=False)
    step = stepper(task, Recipe.of(params, 1), dtype, optimizer, None, scaler)
    there = task.batch(torch.arange(batch))
    loops: dict[str, Callable[[Tensor], Tensor]] = {
        "as trained": task.loss,
        "on a batch that is there": lambda rows: task.cost(task.model(there), rows),
    }
    batches = list(pinned(torch.arange(len(pairs))).split(batch))
    task.model.train()
    times: dict[str, list[float]] = {name: [] for name in loops}
    waits: list[float] = []
    Images.take = noted(waits)  # type: ignore[method-assign, assignment]
    for _ in range(ROUNDS + 1):
        for name, loss in loops.items():
            task.loss = loss  # type: ignore[method-assign, assignment]
            announced = batches if name == "as trained" else []
            times[name].append(seconds(step, batches, partial(task.prefetch, announced)))
    speeds = {name: len(pairs) / median(runs[1:]) for name, runs in times.items()}
    for name, speed in speeds.items():
        print(f"{name}: {speed:.0f} images/s")
    rounds = [sum(part) for part in zip(*[iter(waits)] * len(batches), strict=True)]
    waited = median(rounds[1:]) / median(times["as trained"][1:])
    print(f"waiting for data: {waited:.2%} of a step")
    changed_in = augmenting(batch, size, params) / (batch / speeds["as trained"])
    print(f"images changed at random: {changed_in:.2%} of a step")
    ratio = speeds["as trained"] / speeds["on a batch that is there"]
    print(f"{ratio:.2f} of the limit ({device()}, {dtype}, {torch.get_num_threads()} threads)")


if __name__ == "__main__":
    typer.run(main)
