"""A map of embedded images: the first two principal components of what `embed` wrote.

It shows the test pairs: those that the model was trained on lie more neatly than any others will.
Two components keep a part of the distances only; the page says how much of the variance.

Shapes: ``N`` pairs, ``E`` width of the embedding.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pairdx.core.schema import EMBEDDINGS, LABELS, read_table
from pairdx.statistics.intervals.bootstrap import Floats

MOST = 1500  # points; more are thinned out evenly, or a phone would not draw them
SIDE = 1000  # units of the drawing
MARGIN = 30
# Okabe and Ito's colours, which colour-blind readers tell apart, and a shape beside each.
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
SHAPES = (
    "M-9 0a9 9 0 1 0 18 0a9 9 0 1 0-18 0z",
    "M-8-8h16v16h-16z",
    "M0-11l10 18h-20z",
    "M0-12l12 12l-12 12l-12-12z",
    "M-4-11h8v7h7v8h-7v7h-8v-7h-7v-8h7z",
    "M0 11l10-18h-20z",
)


@dataclass(frozen=True)
class Point:
    """One pair: its row in the table, its class, its place in the drawing."""

    row: int
    id: str
    label: int
    x: int
    y: int


@dataclass(frozen=True)
class Atlas:
    """The points, and the share of the variance that each axis keeps."""

    points: list[Point]
    shares: tuple[float, float]
    of: int  # pairs in the table


def draw_atlas(path: Path) -> Atlas:
    """Lay out the images of an embeddings table.

    Raises:
        PairdxError: the table is missing or damaged.
    """
    table = read_table(path, EMBEDDINGS, ["id", "label", "image"])
    places, shares = two_components(np.array(table["image"].to_pylist(), np.float64))
    ids, labels = (table[name].to_pylist() for name in ("id", "label"))
    low, high = places.min(0), places.max(0)
    spots = MARGIN + (places - low) / np.maximum(high - low, 1e-12) * (SIDE - 2 * MARGIN)
    rows = np.unique(np.linspace(0, len(ids) - 1, min(MOST, len(ids))).round().astype(int))
    points = [
        Point(row, ids[row], LABELS.index(labels[row]), *spots[row].round().astype(int).tolist())
        for row in rows.tolist()
    ]
    return Atlas(points, shares, len(ids))


def two_components(rows: Floats) -> tuple[Floats, tuple[float, float]]:
    """Project ``(N, E)`` on its first two principal components, ``(N, 2)``, and their shares."""
    centred = rows - rows.mean(0)
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    left, values = np.pad(left, ((0, 0), (0, 2))), np.pad(values, (0, 2))  # if N or E is 1
    total = max(float((values**2).sum()), 1e-12)
    first, second = (values[:2] ** 2 / total).tolist()
    return left[:, :2] * values[:2], (first, second)
