"""What a training step waits for: batches that are gathered, and images that are changed at random.

    python benchmarks/input_pipeline.py --size 224 --threads 2

Gathering: as a plain loop does it, an image after another, stacked; by ``data[rows]``; and as
training does it, from the map of the cache. Augmentation: the PairDx paper's way, torchvision's
transforms on one PIL image after another; and as training does it, a batch at once, as the PairDx
paper's profile says. All take turns; medians of ``ROUNDS`` rounds.
"""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import torch
import typer
from PIL import Image
from torch import Tensor
from torchvision.transforms import v2
from training_speed import drawn_pairs

from pairdx.models.common.predictor import device
from pairdx.pairs import pixel_cache
from pairdx.pairs.augment import Augment
from pairdx.pairs.images import ImageInput
from pairdx.pairs.params import Augmentation
from pairdx.training.common.feed import Images

ROUNDS = 5
LEFT_OUT = {"all of the profile": [], "no hue": ["hue"], "no rotation, no hue": ["rotation", "hue"]}
PROFILE = {
    "networks": ["classifier"],
    "flip": 0.5,
    "rotation": 10,
    "scale": 0.0,
    "brightness": 0.2,
    "contrast": 0.2,
    "saturation": 0.2,
    "hue": 0.1,
}

Way = Callable[[], object]


def speeds(ways: dict[str, Way], images: int) -> dict[str, float]:
    """Images a second of each way, of which a call handles so many."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS + 1):  # the first warms up
        for name, way in ways.items():
            start = time.perf_counter()
            way()
            times[name].append(time.perf_counter() - start)
    return {name: images / median(taken[1:]) for name, taken in times.items()}


def gathering(images: Images, pixels: Tensor, batches: list[Tensor]) -> dict[str, Way]:
    """The ways to make batches."""

    def each(gather: Callable[[Tensor], Tensor]) -> None:
        for rows in batches:
            gather(rows)

    return {
        "an image after another, stacked": partial(
            each, lambda rows: torch.stack([pixels[row] for row in rows])
        ),
        "`data[rows]`": partial(each, lambda rows: pixels[rows]),
        "as trained": partial(each, images.take),
    }


def augmentation(batch: Tensor, params: Augmentation) -> dict[str, Way]:
    """The ways to change a batch at random."""
    pictures = [Image.fromarray(image.permute(1, 2, 0).numpy()) for image in batch]
    bilinear = v2.InterpolationMode.BILINEAR
    one = v2.Compose(
        [
            v2.RandomHorizontalFlip(params.flip),
            *([v2.RandomRotation(params.rotation, bilinear)] if params.rotation else []),
            v2.ColorJitter(params.brightness, params.contrast, params.saturation, params.hue),
            v2.PILToTensor(),
            v2.ToDtype(torch.float32, scale=True),
        ]
    )
    there, change = batch.to(device()), Augment(params)
    return {
        "torchvision, an image after another": lambda: torch.stack([one(p) for p in pictures]),
        "a batch at once": lambda: change(there).flatten()[0].item(),  # a GPU has to finish
    }


def main(size: int = 224, batch: int = 32, count: int = 2000, threads: int = 1) -> None:
    """Print images a second as a table, beside the first way of each kind."""
    torch.set_num_threads(threads)
    fit, pairs = ImageInput(size), drawn_pairs(count, size)
    Path(".cache").mkdir(exist_ok=True)
    with TemporaryDirectory(dir=".cache") as folder:
        pixel_cache.FOLDER = Path(folder)
        images, pixels = Images(pairs.images, fit), pixel_cache.decoded(pairs.images, fit)
        assert pixels is not None
        batches = list(torch.randperm(count).split(batch))
        tables = {"gathering": speeds(gathering(images, pixels, batches), count)}
        for name, left_out in LEFT_OUT.items():
            params = Augmentation.model_validate(PROFILE | dict.fromkeys(left_out, 0.0))
            tables[f"augmentation, {name}"] = speeds(augmentation(pixels[:batch], params), batch)
    print(
        f"| {size} pixels, batches of {batch}, {threads} threads, {device()} | images/s | ratio |"
    )
    print("|---|---:|---:|")
    for name, found in tables.items():
        first = next(iter(found.values()))
        for way, speed in found.items():
            print(f"| {name}: {way} | {speed:,.0f} | {speed / first:.1f} |")


if __name__ == "__main__":
    typer.run(main)
