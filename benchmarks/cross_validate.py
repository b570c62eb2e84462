"""Grouped cross-validation of the image-only model on the pairs of the current run.

`python benchmarks/cross_validate.py --set epochs=30 --set image_size=96` trains with section
`classifier` of params.yaml, so changed, on data/pairdx (its three splits together), and prints a
row of a Markdown table: the macro-F1 of all held-out pairs together, its interval, and the mean
over the folds. Articles are never parted; in each fold a sixth of the training pairs chooses the
epoch. It tells settings apart with less noise than one test split: choose by it, then report on
the test splits of other seeds.
"""

from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import pyarrow as pa
import typer
from numpy.typing import NDArray
from settings import changed, parsed
from sklearn.model_selection import StratifiedGroupKFold
from tqdm import tqdm

from pairdx.core.schema import LABELS, PREDICTIONS, SPLITS, write_table
from pairdx.models.fusion.fusion import build
from pairdx.models.fusion.params import ClassifierParams
from pairdx.pairs.store import Pairs, read_pairs
from pairdx.statistics.predictions.summary import ScoreParams, summarise
from pairdx.statistics.predictions.tables import read_predictions
from pairdx.training.common.checkpoint import Checkpoint
from pairdx.training.fusion.classifier import train_classifier

VALIDATION_FOLDS = 6  # one of six chooses the epoch


def main(
    pairs: Annotated[Path, typer.Option(help="The folder with the three splits.")] = Path(
        "data/pairdx"
    ),
    change: Annotated[list[str], typer.Option("--set", help="KEY=VALUE of `classifier`.")] = [],  # noqa: B006
    out: Annotated[Path | None, typer.Option(help="Write the held-out predictions here.")] = None,
    folds: int = 5,
    seed: int = 0,
) -> None:
    """Print one row: settings, pooled macro-F1 with its interval, mean of the folds."""
    params = changed(ClassifierParams, parsed(change))
    everything = join([read_pairs(pairs / f"{split}.parquet") for split in SPLITS])
    labels, articles = np.array(everything.labels), np.array(everything.articles)
    probabilities = np.zeros((len(everything), len(LABELS)))
    scores = []
    dealer = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    parts = list(dealer.split(labels, labels, articles))
    for rest, held_out in tqdm(parts, desc="cross-validation", unit="fold"):
        inner = StratifiedGroupKFold(VALIDATION_FOLDS, shuffle=True, random_state=seed)
        train, validation = next(inner.split(rest, labels[rest], articles[rest]))
        train, validation = rest[train], rest[validation]
        model = build(params, None, with_image=True, seed=seed)
        with TemporaryDirectory() as scratch, chdir(scratch):  # where checkpoints go
            learn, check = take(everything, train), take(everything, validation)
            train_classifier(model, learn, check, params, seed, Checkpoint("fold", "fold"))
        held = take(everything, held_out)
        probabilities[held_out] = model.predict(held.images, held.captions)
        scores.append(evaluate(held, probabilities[held_out], seed)["macro_f1"])
    total = evaluate(everything, probabilities, seed)
    if out is not None:
        write_table(predictions(everything, probabilities), out, PREDICTIONS)
    print(
        f"| {' '.join(change) or 'as in params.yaml'} | {total['macro_f1']:.3f} "
        f"[{total['macro_f1_low']:.3f}, {total['macro_f1_high']:.3f}] | {np.mean(scores):.3f} "
        f"({', '.join(f'{score:.3f}' for score in scores)}) |"
    )


def join(splits: list[Pairs]) -> Pairs:
    """Put several splits one behind another."""
    columns = [vars(split) for split in splits]
    return Pairs(
        **{
            name: [value for column in columns for value in column[name]]
            for name in Pairs.__dataclass_fields__
        }
    )


def take(pairs: Pairs, rows: NDArray[np.int64]) -> Pairs:
    """Take some rows."""
    return Pairs(
        **{name: [getattr(pairs, name)[row] for row in rows] for name in Pairs.__dataclass_fields__}
    )


def evaluate(pairs: Pairs, probabilities: NDArray[np.float64], seed: int) -> dict[str, float]:
    """Score as stage `evaluate` does."""
    with TemporaryDirectory() as scratch:
        path = Path(scratch) / "predictions.parquet"
        write_table(predictions(pairs, probabilities), path, PREDICTIONS)
        return summarise(read_predictions(path), ScoreParams.load(), seed)


def predictions(pairs: Pairs, probabilities: NDArray[np.float64]) -> pa.Table:
    """Return a prediction table."""
    return pa.table(
        {
            "id": pairs.ids,
            "article_id": pairs.articles,
            "label": pairs.labels,
            "predicted": [LABELS[best] for best in probabilities.argmax(1)],
            **{f"p_{label}": column for label, column in zip(LABELS, probabilities.T, strict=True)},
        },
        schema=PREDICTIONS,
    )


if __name__ == "__main__":
    typer.run(main)
