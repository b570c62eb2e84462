"""What two splits have in common, by which a test score could be too good.

Parts of one figure share its finding and often words of its caption, cases share articles, and a
picture can occur twice; a split that ignores this (the paper's) lets the model have seen a part
of the test.
"""

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pairdx.core.schema import SPLITS
from pairdx.curate.splits.duplicates import NEAR, NOTHING, Ints, group_images, number_names


def identities(pairs: pa.Table) -> dict[str, Ints]:
    """Say by what each pair can be recognised: (N,) numbers of each kind, `NOTHING` for nothing.

    Numbers, not names: an array of captions has room for the longest one in every row.

    Args:
        pairs: ``article_id``, ``case_id``, ``figure_id``, ``caption``, ``pixel_sha256`` and
            ``perceptual_hash``.
    """
    caption = pc.utf8_trim_whitespace(pc.utf8_lower(pairs["caption"]))
    caption = pc.replace_substring_regex(caption, r"\s+", " ")
    return {
        "articles": number_names(pairs["article_id"]),
        "cases": number_names(pairs["case_id"]),
        "figures": number_names(pairs["figure_id"]),
        "captions": number_names(caption),
        "images": group_images(pairs["pixel_sha256"], pairs["perceptual_hash"], NEAR),
    }


def measure(pairs: pa.Table) -> dict[str, dict[str, dict[str, float]]]:
    """Count what each two splits share.

    Args:
        pairs: ``split``, and what :func:`identities` reads.

    Returns:
        For ``train_validation``, ``train_test`` and ``validation_test``, and for ``articles``,
        ``cases``, ``figures``, ``captions`` and ``images``: ``shared``, how many occur in both
        splits; ``pairs``, how many pairs of the later split are concerned, and ``share``, of how
        many.
    """
    known = identities(pairs)
    split = np.array(pairs["split"].to_pylist(), str)
    return {
        f"{earlier}_{later}": {
            what: _count(values[split == earlier], values[split == later])
            for what, values in known.items()
        }
        for earlier, later in combinations(SPLITS, 2)
    }


def met(earlier: Ints, later: Ints) -> npt.NDArray[np.bool_]:
    """Say of each of ``later`` whether it occurs in ``earlier``."""
    return np.isin(later, earlier) & (later != NOTHING)


def _count(earlier: Ints, later: Ints) -> dict[str, float]:
    concerned = met(earlier, later)
    pairs, both = int(concerned.sum()), np.unique(later[concerned])
    return {"shared": len(both), "pairs": pairs, "share": round(pairs / max(len(later), 1), 4)}


def summary(leakage: dict[str, dict[str, dict[str, float]]]) -> str:
    """Say on one line what is shared, and by what share of the test pairs."""
    told = [
        f"{counts['shared']:g} {what}" + (f" ({counts['share']:.1%})" if counts["shared"] else "")
        for what, counts in leakage["train_test"].items()
    ]
    return f"train and test share {', '.join(told)}"
