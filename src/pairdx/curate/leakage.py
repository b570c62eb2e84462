"""What two splits have in common, by which a test score could be too good.

Sub-figures of one figure share their caption, cases share articles, and a picture can occur
twice; a split that ignores this (the paper's) lets the model have seen a part of the test.
"""

from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pairdx.curate.duplicates import group_images
from pairdx.schema import SPLITS

NEAR = 0.1  # share of the hash's bits in which near-duplicates differ at most


def measure(pairs: pa.Table) -> dict[str, dict[str, dict[str, float]]]:
    """Count what each two splits share.

    Args:
        pairs: ``split``, ``article_id``, ``figure_id``, ``caption``, ``pixel_sha256`` and
            ``perceptual_hash``.

    Returns:
        For ``train_validation``, ``train_test`` and ``validation_test``, and for ``articles``,
        ``figures``, ``captions`` and ``images``: ``shared``, how many occur in both splits;
        ``pairs``, how many pairs of the later split are concerned, and ``share``, of how many.
    """
    caption = pc.utf8_trim_whitespace(pc.utf8_lower(pairs["caption"]))
    caption = pc.replace_substring_regex(caption, r"\s+", " ")
    groups = group_images(pairs["pixel_sha256"], pairs["perceptual_hash"], NEAR)
    columns: dict[str, npt.NDArray[Any]] = {
        "articles": np.array(pairs["article_id"].to_pylist(), str),
        "figures": np.array(pairs["figure_id"].to_pylist(), str),
        "captions": np.array(caption.to_pylist(), str),
        "images": groups.astype(str),
    }
    split = np.array(pairs["split"].to_pylist(), str)
    return {
        f"{earlier}_{later}": {
            what: _shared(values[split == earlier], values[split == later])
            for what, values in columns.items()
        }
        for earlier, later in combinations(SPLITS, 2)
    }


def _shared(earlier: npt.NDArray[Any], later: npt.NDArray[Any]) -> dict[str, float]:
    both = np.intersect1d(earlier, later)
    both = both[both != ""]  # a missing caption is nothing to recognise
    pairs = int(np.isin(later, both).sum())
    return {"shared": len(both), "pairs": pairs, "share": round(pairs / max(len(later), 1), 4)}


def summary(leakage: dict[str, dict[str, dict[str, float]]]) -> str:
    """Say on one line what the test shares with the training pairs."""
    told = [
        f"{counts['shared']:g} {what} ({counts['share']:.1%} of the test pairs)"
        for what, counts in leakage["train_test"].items()
    ]
    return f"train and test share {', '.join(told)}"
