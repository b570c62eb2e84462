"""Duplicates out, then at most so many pairs of each class.

The paper calls its 22,665 pairs balanced, but MultiCaRe has no more than 1,974 images of
electrography: the large classes are sub-sampled and the small ones kept. Whether by one cap or
otherwise is not said; here it is one cap, given or solved for a total.
"""

import hashlib
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, model_validator

from pairdx.core.params import Section
from pairdx.core.schema import BALANCED, LABELS
from pairdx.curate.splits.duplicates import Duplicates, find_duplicates


class BalanceParams(Section):
    """Either a cap a class, or a total for which the cap is solved, or neither."""

    section: ClassVar[str] = "balance"
    duplicates: Literal["drop", "keep"]
    max_hash_distance: float = Field(ge=0, le=0.5)  # share of the hash's bits that differ
    cap_per_class: int | None = Field(ge=1)
    total: int | None = Field(ge=6)

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if self.cap_per_class is not None and self.total is not None:
            raise ValueError("set cap_per_class or total and leave the other null")
        return self


COLUMNS = ("id", "label", "pixel_sha256", "perceptual_hash")  # of SCRUBBED: no image is needed


def balance(pairs: pa.Table, params: BalanceParams, seed: int) -> tuple[pa.Table, dict[str, Any]]:
    """Choose pairs.

    Args:
        pairs: ``COLUMNS``.
        params: section ``balance``.
        seed: which pairs of a class stay; what happens to one class never changes another's.

    Returns:
        A table of ``BALANCED``, and the counts for the metrics.
    """
    pairs = pairs.sort_by("id")
    duplicates = Duplicates(np.ones(len(pairs), bool), 0, 0, 0)
    if params.duplicates == "drop":
        duplicates = find_duplicates(pairs, params.max_hash_distance)
    distinct = pairs.filter(pa.array(duplicates.keep)).select(BALANCED.names)
    available = count_labels(distinct)
    limits = _limits(available, params)
    chosen = [id_ for label in LABELS for id_ in _sample(distinct, label, limits[label], seed)]
    balanced = distinct.filter(pc.is_in(distinct["id"], value_set=pa.array(chosen)))
    return balanced, {
        "pairs": len(balanced),
        "before": count_labels(pairs),
        "exact_duplicates": duplicates.exact,
        "near_duplicates": duplicates.near,
        "conflicting_labels": duplicates.conflicting,
        "distinct": available,
        "cap": max(limits.values()),
        "after": count_labels(balanced),
    }


def count_labels(pairs: pa.Table) -> dict[str, int]:
    """Count the pairs of each of the six classes."""
    labels = pairs["label"].to_pylist()
    return {label: labels.count(label) for label in LABELS}


def _limits(available: dict[str, int], params: BalanceParams) -> dict[str, int]:
    """Return how many pairs of each class stay."""
    if params.total is not None:
        return solve_total(available, params.total)
    cap = params.cap_per_class or max(available.values())
    return {label: min(count, cap) for label, count in available.items()}


def solve_total(available: dict[str, int], total: int) -> dict[str, int]:
    """Find the largest cap that stays within ``total``, then fill up to it.

    What the cap leaves over, at most one pair for each larger class, goes to the larger classes
    in the order of the labels; so the total is reached unless there are fewer pairs in all.
    """
    cap = 0
    while cap < max(available.values()) and _capped(available, cap + 1) <= total:
        cap += 1
    limits = {label: min(count, cap) for label, count in available.items()}
    left = total - sum(limits.values())
    for label in [label for label, count in available.items() if count > cap][:left]:
        limits[label] += 1
    return limits


def _capped(available: dict[str, int], cap: int) -> int:
    return sum(min(count, cap) for count in available.values())


def _sample(pairs: pa.Table, label: str, size: int, seed: int) -> list[str]:
    """Choose ``size`` ids of one class: those whose keyed hashes are smallest.

    Each id's rank is its own, so that a smaller cap chooses among what a larger one chose, and a
    pair that is added or goes displaces at most one other.
    """
    ids = pairs.filter(pc.equal(pairs["label"], label))["id"].to_pylist()
    return sorted(ids, key=lambda id_: hashlib.sha256(f"{seed}:{id_}".encode()).digest())[:size]


def told(curated: int, counts: dict[str, Any]) -> str:
    """Say on one line what :func:`balance` left of so many curated pairs."""
    distinct, chosen = sum(counts["distinct"].values()), counts["pairs"]
    return (
        f"{distinct} of {curated} pairs distinct, {chosen} chosen, at most {counts['cap']} a class"
    )
