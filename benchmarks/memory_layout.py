"""How long a step of PairDxFusion takes by the order in which images lie in memory.

    python benchmarks/memory_layout.py --size 64 --size 224 --threads 1

Channels first is torch's own; channels last keeps the colours of a pixel side by side; the third
does so but for ResNet-18's last stage, whose maps are few pixels wide. CPU milliseconds, which
other work changes little, of steps of 32 drawn images and captions; medians, all in turn.
"""

import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Annotated, Literal

import torch
import typer
from settings import changed
from torch.optim import AdamW
from training_speed import WORDS, drawn_pairs

from pairdx.models.fusion import fusion
from pairdx.models.fusion.network import PairClassifier
from pairdx.models.fusion.params import FusionParams
from pairdx.pairs.text import Vocabulary, WordVectors
from pairdx.training.common.loop import Recipe, stepper
from pairdx.training.common.precision import resolve
from pairdx.training.fusion.classifier import ClassifierTask

Layout = Literal["channels first", "channels last", "but the last stage"]
LAYOUTS: tuple[Layout, ...] = ("channels first", "channels last", "but the last stage")


def lay_out(network: PairClassifier, layout: Layout) -> None:
    """Undo what training did to a new network, and do what ``layout`` says."""
    assert network.image is not None
    for module in network.modules():
        module._forward_pre_hooks.clear()
    network.to(memory_format=torch.contiguous_format)
    if layout == "channels last":
        network.to(memory_format=torch.channels_last)
    if layout == "but the last stage":
        network.image.use_channels_last()


def step_of(layout: Layout, params: FusionParams) -> Callable[[], object]:
    """Return what takes one step on a batch that is there already."""
    words = WordVectors(Vocabulary(tuple(WORDS), 32), torch.randn(len(WORDS), 300))
    classifier = fusion.build(params, words, True, 0)
    pairs = drawn_pairs(params.batch_size, params.image_size)
    task = ClassifierTask(classifier, pairs, pairs, params)
    lay_out(task.model, layout)
    task.model.train()
    there = task.batch(torch.arange(len(pairs)))
    task.loss = lambda rows: task.cost(task.model(there), rows)  # type: ignore[method-assign]
    optimizer = AdamW(task.model.parameters(), lr=1e-4, fused=True)
    scaler, dtype = torch.amp.GradScaler("cpu", enabled=False), resolve(params.precision)
    step = stepper(task, Recipe.of(params, 1), dtype, optimizer, None, scaler)
    return partial(step, torch.arange(len(pairs)))


def main(
    size: Annotated[list[int], typer.Option(help="Pixels a side.")] = [64, 96, 224],  # noqa: B006
    precision: Annotated[list[str], typer.Option(help="Number formats.")] = ["auto", "float32"],  # noqa: B006
    threads: int = 1,
    rounds: int = 5,
) -> None:
    """Print one row a size and number format."""
    torch.set_num_threads(threads)
    print(f"| Pixels, format | {' | '.join(LAYOUTS)} |\n|---|---:|---:|---:|")
    for side in size:
        for kind in precision:
            changes = {"classifier.image_size": side, "precision": kind}
            params = changed(FusionParams, changes)
            steps = [step_of(layout, params) for layout in LAYOUTS]
            times: list[list[float]] = [[] for _ in LAYOUTS]
            for _ in range(rounds + 1):
                for step, found in zip(steps, times, strict=True):
                    begun = time.process_time()
                    step()
                    found.append(1e3 * (time.process_time() - begun))
            cells = " | ".join(f"{median(found[1:]):.0f}" for found in times)
            name = str(resolve(params.precision)).removeprefix("torch.")
            print(f"| {side}, {name} | {cells} |", flush=True)


if __name__ == "__main__":
    typer.run(main)
