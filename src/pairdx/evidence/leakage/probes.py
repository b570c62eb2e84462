"""What training and test pairs share under two ways to split, and what two small models make of it.

The probes cost seconds: TF-IDF and logistic regression on captions, and for images the label of the
nearest thumbnail in training, the plainest form of memory. A network can recognise more.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pydantic import Field

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, SCRUBBED
from pairdx.core.streaming import stream_rows
from pairdx.curate.splits.leakage import identities, met
from pairdx.evidence.leakage.inflation import GROUPINGS, Fold, Measure, cross_measure, summarise
from pairdx.models.tfidf.caption_probe import classify_captions
from pairdx.pairs.images import ImageInput
from pairdx.statistics.intervals.bootstrap import Floats, Integers
from pairdx.statistics.intervals.params import WithIntervals
from pairdx.statistics.intervals.reported import ENDS, rounded

ASKED = 25_000  # pairs whose nearest thumbnail is looked for; PairDx has 22,665

Pixels = npt.NDArray[np.float32]


class LeakageParams(WithIntervals):
    """Folds dealt pair by pair and by article, and the intervals of the difference."""

    section: ClassVar[str] = "leakage"
    folds: int = Field(ge=2, le=20)
    repeats: int = Field(ge=1)
    thumbnail: int = Field(ge=2, le=64)  # pixels a side


def thumbnails(scrubbed: Path, ids: npt.NDArray[np.str_], side: int) -> Pixels:
    """Return the images of ``ids``, which are sorted, as (N, 3 side side) values from 0 to 255."""
    wanted, image = set(ids.tolist()), ImageInput(side)
    rows = [
        image.pixels(row["image"]["bytes"]).ravel()
        for row in stream_rows(scrubbed, SCRUBBED)
        if row["id"] in wanted
    ]
    return np.stack(rows).astype(np.float32)


def probe_leakage(
    pairs: pa.Table, pictures: Pixels, params: LeakageParams, seed: int
) -> dict[str, Any]:
    """Compare both ways to split.

    Args:
        pairs: ``label`` and what ``identities`` of ``curate.splits.leakage`` reads, sorted by id.
        pictures: a row of values of each pair's image, in the same order.
        params: folds, repeats and intervals.
        seed: of the folds and the intervals.

    Returns:
        ``shared``: by grouping and kind the share of pairs that have it in common with a pair
        trained on; ``accuracy``: by probe the score under each grouping and the inflation.

    Raises:
        PairdxError: there are fewer articles, or pairs of any class, than folds.
    """
    labels = np.array(pairs["label"].to_pylist(), str)
    targets = np.array([LABELS.index(label) for label in labels])
    known = identities(pairs)
    _refuse_few(labels, known["articles"], params.folds)
    captions = np.array(pairs["caption"].to_pylist(), object)
    measures: dict[str, Measure] = {
        "tfidf": partial(_by_caption, captions, targets),
        "nearest_thumbnail": partial(_by_thumbnail, pictures, targets, _asked(len(labels), seed)),
    }
    probes = list(measures)
    measures |= {name: partial(_recognised, values) for name, values in known.items()}
    found = cross_measure(measures, labels, known["articles"], params.folds, params.repeats, seed)
    intervals = (known["articles"], params.resamples, params.confidence, seed)
    return {
        "pairs": len(labels),
        "articles": len(np.unique(known["articles"])),
        "shared": {
            by: {name: rounded(found[name][by].mean()) for name in known} for by in GROUPINGS
        },
        "accuracy": {name: summarise(found[name], *intervals) for name in probes},
    }


def _refuse_few(labels: npt.NDArray[np.str_], articles: Integers, folds: int) -> None:
    largest = np.unique(labels, return_counts=True)[1].max(initial=0)
    for number, what in (
        (largest, "pairs of the largest class"),
        (len(np.unique(articles)), "articles"),
    ):
        if number < folds:
            raise PairdxError(
                f"leakage.folds = {folds}; there are {number} {what}: lower it, add pairs, or "
                "leave this stage out (dvc repro compare)"
            )


def _by_caption(captions: npt.NDArray[Any], targets: npt.NDArray[Any], fold: Fold) -> Floats:
    known, asked = captions[fold.train].tolist(), captions[fold.test].tolist()
    told = classify_captions(known, targets[fold.train].tolist(), asked).argmax(1)
    return (told == targets[fold.test]).astype(float)


def _asked(pairs: int, seed: int) -> npt.NDArray[np.bool_]:
    """All pairs, or `ASKED` of them by lot: among more, looking for all would take their square."""
    asked = np.zeros(pairs, dtype=bool)
    asked[np.random.default_rng(seed).permutation(pairs)[:ASKED]] = True
    return asked


def _by_thumbnail(
    pictures: Pixels, targets: npt.NDArray[Any], asked: npt.NDArray[np.bool_], fold: Fold
) -> Floats:
    """Whether the nearest training image has the label; NaN for a pair that is not asked."""
    from sklearn.neighbors import KNeighborsClassifier

    model = KNeighborsClassifier(1, algorithm="brute").fit(
        pictures[fold.train], targets[fold.train]
    )
    told, rows = np.full(len(fold.test), np.nan), fold.test[asked[fold.test]]
    if len(rows):
        told[asked[fold.test]] = model.predict(pictures[rows]) == targets[rows]
    return told


def _recognised(values: Integers, fold: Fold) -> npt.NDArray[np.bool_]:
    return met(values[fold.train], values[fold.test])


def chart(told: Mapping[str, Any]) -> str:
    """Return all of it as CSV, a row for each value and its interval."""
    lines = ["what,metric,value,low,high"]
    named = {"none": "split by pair", "article": "split by article", "inflation": "inflation"}
    for probe, scores in told["accuracy"].items():
        for by in (*GROUPINGS, "inflation"):
            ends = (scores[f"{by}{end}"] for end in ENDS)
            cells = ("" if end is None else str(end) for end in ends)
            lines.append(f"accuracy of {probe},{named[by]},{','.join(cells)}")
    for by, shares in told["shared"].items():
        lines += [
            f"{name} seen in training,{named[by]},{at},{at},{at}" for name, at in shares.items()
        ]
    return "\n".join(lines) + "\n"
