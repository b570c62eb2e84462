"""How much splitting by pair flatters whole networks, and planted siblings: docs/leakage.md.

`python benchmarks/leakage.py --set epochs=6` after `dvc repro`, from the top of the project, deals
the pairs of data/pairdx (its three splits together) into folds by pair and by article, trains
`fusion` and `image_only` for every fold with section `fusion` of params.yaml, so changed, and
prints a row of Markdown for each. A sixth of the training pairs, dealt in the same way, chooses the
epoch. `--plant 0.3` trains no network: it gives each pair of 30 % of the articles a sibling in a
copy, the same caption below a mirrored image, and prints what stage `leakage` finds before and
after. One core.
"""

import io
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
import torch
import typer
from cross_validate import join, take
from numpy.typing import NDArray
from PIL import Image, ImageOps
from settings import changed, parsed
from tqdm import tqdm

from pairdx.core.params import load_seed
from pairdx.core.schema import SCRUBBED, SPLITS, read_table
from pairdx.curate.splits.split import COLUMNS, deal
from pairdx.evidence.leakage.inflation import Fold, Measure, cross_measure, summarise
from pairdx.evidence.leakage.probes import LeakageParams, probe_leakage
from pairdx.models.fusion.fusion import build
from pairdx.models.fusion.params import FusionParams
from pairdx.pairs.images import ImageInput
from pairdx.pairs.store import Pairs, read_pairs
from pairdx.pairs.text import WordVectors
from pairdx.statistics.intervals.reported import Summary, estimate
from pairdx.training.common.checkpoint import Checkpoint
from pairdx.training.fusion.classifier import train_classifier

VALIDATION_FOLDS = 6  # one of six chooses the epoch


def main(
    pairs: Annotated[Path, typer.Option(help="The folder with the three splits.")] = Path(
        "data/pairdx"
    ),
    vectors: Annotated[Path, typer.Option(help="Of words.")] = Path(
        "data/word_vectors.safetensors"
    ),
    change: Annotated[list[str], typer.Option("--set", help="KEY=VALUE of `fusion`.")] = [],  # noqa: B006
    folds: int = 5,
    repeats: Annotated[int, typer.Option(help="Seeds, of folds and weights.")] = 1,
    plant: Annotated[float, typer.Option(help="Share of articles; trains no network.")] = 0.0,
) -> None:
    """Print one row a model."""
    torch.set_num_threads(1)
    everything = join([read_pairs(pairs / f"{split}.parquet") for split in SPLITS])
    if plant:
        show_planted(everything, pairs.parent / "scrubbed.parquet", plant)
        return
    params = changed(FusionParams, parsed(change))
    labels, articles = np.array(everything.labels), np.array(everything.articles)
    settings = LeakageParams.load()
    print("| Model | Accuracy by pair | by article | Inflation | Minutes |\n|---|---|---|---|---:|")
    for name, words in (("fusion", WordVectors.load(vectors)), ("image_only", None)):
        start = process_time()
        network = trainer(everything, words, params, 2 * folds * repeats)
        found = cross_measure({name: network}, labels, articles, folds, repeats, load_seed())
        scores = summarise(
            found[name], articles, settings.resamples, settings.confidence, load_seed()
        )
        print(f"| {row(name, scores)} | {(process_time() - start) / 60:.1f} |", flush=True)


def trainer(
    everything: Pairs, words: WordVectors | None, params: FusionParams, runs: int
) -> Measure:
    """Return what trains a network for a fold and says which test pairs it gets right."""
    progress = tqdm(total=runs, desc="folds", unit="fold")
    labels = np.array(everything.labels)

    def right(fold: Fold) -> NDArray[Any]:
        groups = None if fold.articles is None else fold.articles[fold.train]
        checks = deal(labels[fold.train], groups, VALIDATION_FOLDS, fold.seed) == 0
        learn, check = (take(everything, fold.train[rows]) for rows in (~checks, checks))
        model = build(params, words, True, fold.seed)
        with TemporaryDirectory() as scratch, chdir(scratch):  # where checkpoints go
            train_classifier(model, learn, check, params, fold.seed, Checkpoint("fold", "fold"))
        test = take(everything, fold.test)
        progress.update()
        told = model.predict(test.images, test.captions).argmax(1)
        return (told == test.targets.numpy()).astype(float)

    return right


def row(name: str, scores: Summary) -> str:
    """Three cells: under each grouping, and the difference."""
    signs = {"none": "", "article": "", "inflation": "+"}
    return " | ".join([name, *(estimate(scores, by, sign) for by, sign in signs.items())])


def show_planted(everything: Pairs, scrubbed: Path, share: float) -> None:
    """Print what the stage's probes find in the pairs as they are and with siblings planted."""
    table = read_table(scrubbed, SCRUBBED, COLUMNS)
    known = {one["id"]: one for one in table.to_pylist()}
    rows = [
        known[id_] | {"image": data}
        for id_, data in zip(everything.ids, everything.images, strict=True)
    ]
    articles = sorted(set(everything.articles))
    drawn = np.random.default_rng(load_seed()).random(len(articles)) < share
    chosen = {article for article, hit in zip(articles, drawn, strict=True) if hit}
    siblings = [sibling(one) for one in rows if one["article_id"] in chosen]
    accuracy = "Accuracy by pair | by article | Inflation"
    print(f"| Pairs | Probe | Captions seen by pair, article | {accuracy} |")
    print("|---|---|---|---|---|---|")
    params = LeakageParams.load()
    decoder = ImageInput(params.thumbnail)
    for name, content in (("as they are", rows), (f"{len(siblings)} planted", rows + siblings)):
        content = sorted(content, key=lambda one: one["id"])
        decoded = [decoder.decode(one["image"]).numpy().ravel() for one in content]
        pictures = np.stack(decoded).astype(np.float32)
        told = probe_leakage(pa.Table.from_pylist(content), pictures, params, load_seed())
        seen = ", ".join(f"{told['shared'][by]['captions']:.3f}" for by in ("none", "article"))
        for probe, scores in told["accuracy"].items():
            print(f"| {name} | {probe} | {seen} | {row('', scores).removeprefix(' | ')} |")


def sibling(one: dict[str, Any]) -> dict[str, Any]:
    """Return a panel of the same figure: its caption and a mirrored image."""
    with Image.open(io.BytesIO(one["image"])) as image, io.BytesIO() as data:
        ImageOps.mirror(image.convert("RGB")).save(data, "PNG")
        changed = {
            "image": data.getvalue(),
            "perceptual_hash": None,
            "pixel_sha256": f"{one['id']}+",
        }
    return one | changed | {"id": f"{one['id']}+"}


if __name__ == "__main__":
    typer.run(main)
