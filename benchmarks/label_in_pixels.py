"""Do the pixels that scrub writes tell under which class a picture came?

`python benchmarks/label_in_pixels.py ../shared/realdata` scrubs images of one class twice, once
under their own and once under another; a random forest is to tell the two apart from the written
pixels, 64 x 64, cross-validated by image. Prints how many images differ, and the forest's accuracy
and AUC; their intervals are drawn by image. A screen that is blind to the class leaves it at 0.5.
"""

import csv
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from PIL import Image
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from pairdx.core.decode import decode
from pairdx.core.schema import SCRUBBED, read_table
from pairdx.curate.scan.params import ScanParams
from pairdx.curate.scan.scan import scan
from pairdx.curate.scrub.params import ScrubParams
from pairdx.curate.scrub.scrub import scrub
from pairdx.sources.folder import NORMALISED, read_rows
from pairdx.sources.imported import write_pairs

SIDE, TREES, FOLDS, RESAMPLES = 64, 300, 10, 2000

Floats = NDArray[np.float64]


def main(
    folder: Annotated[Path, typer.Argument(help="A folder of pairs.")],
    own: Annotated[str, typer.Option(help="The class whose images are taken.")] = "endoscopy",
    other: Annotated[str, typer.Option(help="The class they also come under.")] = (
        "medical_photograph"
    ),
    images: int = 70,
    params: Annotated[Path, typer.Option(help="Of `scan` and `scrub`.")] = Path(
        "profiles/small.yaml"
    ),
    cache: Annotated[Path, typer.Option(help="Of what a scan found.")] = Path(".cache/scan"),
) -> None:
    """Print how many images differ, and what the forest tells."""
    with (folder / "pairs.csv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["label"] == own]
    rows = rows[:: max(1, len(rows) // images)][:images]
    pixels = [written(folder, rows, label, params, cache) for label in (own, other)]
    names = sorted(set(pixels[0]) & set(pixels[1]))
    differ = sum(not np.array_equal(pixels[0][name], pixels[1][name]) for name in names)
    accuracy, area = tell(np.stack([[part[name] for name in names] for part in pixels]))
    print(f"{differ} of {len(names)} images differ between {own} and {other}")
    print(f"forest: accuracy {shown(accuracy)}, AUC {shown(area)}")


def written(
    folder: Path, rows: list[dict[str, str]], label: str, params: Path, cache: Path
) -> dict[str, NDArray[np.uint8]]:
    """Scrub images as ``label``; return the pixels of each, small and flat, by its id."""
    empty = dict.fromkeys(NORMALISED, "")
    named = [
        empty | {"id": row["id"], "article_id": row["id"], "image": row["image"], "label": label}
        for row in rows
    ]
    with TemporaryDirectory() as scratch:
        raw = Path(scratch)
        write_pairs(raw, named, [], lambda name: (folder / name).read_bytes())
        cohort = read_rows(raw)
        facts = scan(raw, cohort, ScanParams.load(params), cache)
        scrub(raw, cohort, facts, ScrubParams.load(params), {}, raw / "scrubbed.parquet")
        table = read_table(raw / "scrubbed.parquet", SCRUBBED)
        return {row["id"]: small(row["image"]["bytes"]) for row in table.to_pylist()}


def small(data: bytes) -> NDArray[np.uint8]:
    """Decode an image to ``(SIDE * SIDE * 3,)`` pixels."""
    return np.asarray(decode(data).resize((SIDE, SIDE), Image.Resampling.BILINEAR)).ravel()


def tell(pixels: NDArray[np.uint8]) -> tuple[Floats, Floats]:
    """Let a forest tell the two halves of ``(2, N, D)`` apart; return accuracy and AUC.

    Each is the value, then the low and high end of its interval.
    """
    images = pixels.shape[1]
    image = np.tile(np.arange(images), 2)
    truth = np.repeat([0, 1], images)
    forest = RandomForestClassifier(TREES, random_state=0)
    folds = GroupKFold(FOLDS)
    both = pixels.reshape(2 * images, -1)
    chance = cross_val_predict(forest, both, truth, groups=image, cv=folds, method="predict_proba")
    scores = chance[:, 1].reshape(2, images)
    rng = np.random.default_rng(0)
    drawn = [np.arange(images), *rng.integers(images, size=(RESAMPLES, images))]
    values = np.array([measures(scores[:, rows]) for rows in drawn])  # (1 + RESAMPLES, 2)
    low, high = np.percentile(values[1:], [2.5, 97.5], axis=0)
    return np.array([values[0, 0], low[0], high[0]]), np.array([values[0, 1], low[1], high[1]])


def measures(scores: Floats) -> tuple[float, float]:
    """Accuracy and AUC of ``(2, N)`` scores; a tie at the threshold is half right."""
    right = np.where(scores == 0.5, 0.5, scores > 0.5)
    accuracy = (right[1].mean() + 1 - right[0].mean()) / 2
    return float(accuracy), float(roc_auc_score(np.repeat([0, 1], scores.shape[1]), scores.ravel()))


def shown(values: Floats) -> str:
    """Write a value with its interval."""
    value, low, high = values
    return f"{value:.2f} [{low:.2f}, {high:.2f}]"


if __name__ == "__main__":
    typer.run(main)
