"""Which part of PairDxFusion matters: the table of docs/ablations.md, as Markdown.

`python benchmarks/fusion_variants.py --set epochs=5` after `dvc repro`, from the top of the
project, trains each variant of section `fusion`, so changed, on data/pairdx with every seed, and
scores it on the same test pairs. A pair counts by the share of the seeds that get it right;
intervals draw articles, and the last column is paired: the difference from the default on the same
articles. It runs on one core; the seconds are of the processor.
"""

from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Annotated, Any

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from settings import changed, parsed
from tqdm import tqdm

from pairdx.core.params import load_seed
from pairdx.core.schema import SPLITS
from pairdx.models.fusion.fusion import build
from pairdx.models.fusion.params import FusionParams
from pairdx.models.tfidf.tfidf import TfidfParams, train_tfidf
from pairdx.pairs.store import Pairs, read_pairs
from pairdx.pairs.text import WordVectors
from pairdx.statistics.intervals.bootstrap import DIFFERENCE, SHARE, article_weights, interval
from pairdx.training.common.checkpoint import Checkpoint
from pairdx.training.fusion.classifier import train_classifier

Floats = NDArray[np.float64]
DEFAULT = "both, concat"
# Whether it reads images and captions, and what it changes.
VARIANTS: dict[str, tuple[bool, bool, dict[str, str]]] = {
    DEFAULT: (True, True, {"joint": "concat"}),
    "both, gated": (True, True, {"joint": "gated"}),
    "both, bilinear": (True, True, {"joint": "bilinear"}),
    "both, cross_attention": (True, True, {"joint": "cross_attention"}),
    "both, concat, text: mean": (True, True, {"joint": "concat", "text": "mean"}),
    "image only": (True, False, {}),
    "caption only": (False, True, {}),
    "caption only, text: mean": (False, True, {"text": "mean"}),
}
RESAMPLES, CONFIDENCE = 2000, 0.95


def main(
    pairs: Annotated[Path, typer.Option(help="The folder with the three splits.")] = Path(
        "data/pairdx"
    ),
    vectors: Annotated[Path, typer.Option(help="Of words.")] = Path(
        "data/word_vectors.safetensors"
    ),
    change: Annotated[list[str], typer.Option("--set", help="KEY=VALUE of `fusion`.")] = [],  # noqa: B006
    seeds: Annotated[int, typer.Option(help="How many, from that of params.yaml on.")] = 3,
) -> None:
    """Print one row a variant."""
    torch.set_num_threads(1)
    train, validation, test = (read_pairs(pairs / f"{split}.parquet") for split in SPLITS)
    words, right = WordVectors.load(vectors), {}

    def show(name: str, ours: Floats, weights: int, seconds: float) -> None:
        right[name] = ours
        gain = "" if name == DEFAULT else estimate(ours - right[DEFAULT], test.articles, "+")
        cells = [name, f"{weights:,}", f"{seconds:.0f}", estimate(ours, test.articles), gain]
        print(f"| {' | '.join(cells)} |", flush=True)

    print(f"| Variant | Parameters | Seconds a seed | Accuracy, {seeds} seeds | Less {DEFAULT} |")
    print("|---|---:|---:|---|---|")
    for name, (image, caption, parts) in tqdm(VARIANTS.items(), desc="variants", unit="variant"):
        start, params, found = process_time(), changed(FusionParams, parsed(change) | parts), []
        for seed in range(load_seed(), load_seed() + seeds):
            model = build(params, words if caption else None, image, seed)
            with TemporaryDirectory() as scratch, chdir(scratch):  # where checkpoints go
                train_classifier(model, train, validation, params, seed, Checkpoint("v", "v"))
            found.append(correct(model, test))
        weights = sum(weight.numel() for weight in model.network.parameters())
        show(name, np.mean(found, axis=0), weights, (process_time() - start) / seeds)
    start = process_time()
    linear = train_tfidf(train.captions, train.targets.tolist(), TfidfParams.load())
    show("tfidf", correct(linear, test), linear.parameters, process_time() - start)


def correct(model: Any, test: Pairs) -> Floats:  # noqa: ANN401
    """Say of each test pair whether its class is predicted."""
    told = model.predict(test.images, test.captions).argmax(1)
    return (told == test.targets.numpy()).astype(float)


def estimate(values: Floats, articles: list[str], sign: str = "") -> str:
    """Return the mean and its interval, resampled by article."""
    numbers = np.unique(articles, return_inverse=True)[1]
    drawn = article_weights(numbers, RESAMPLES, np.random.default_rng(load_seed()))
    weights = np.concatenate(list(drawn))  # (R, N)
    means = weights @ values / weights.sum(1)
    low, high = interval(values.mean(), means, CONFIDENCE, numbers, DIFFERENCE if sign else SHARE)
    return f"{values.mean():{sign}.3f} [{low:{sign}.3f}, {high:{sign}.3f}]"


if __name__ == "__main__":
    typer.run(main)
