"""What is done about the scan's facts: pairs dropped, captions masked, images cleaned.

Policy only: no fact is gathered here, so that a change of policy is cheap. What identifies a
person is counted and never repeated, neither in the review list nor in the metrics.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
from tqdm import tqdm

from pairdx.curate.identifiers.generalise import OLDEST, generalise_age
from pairdx.curate.identifiers.kinds import KINDS, Identifier, mask
from pairdx.curate.scrub_images import clean_image
from pairdx.curate.streaming import TableWriter
from pairdx.errors import PairdxError
from pairdx.params.scrub import ScrubParams
from pairdx.schema import LABELS, SCRUBBED
from pairdx.sources.archives import Archives

Row = dict[str, Any]


@dataclass
class Review:
    """Which pairs were touched and why, for a person to look through."""

    rows: list[tuple[str, str, str, str]] = field(default_factory=list)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)  # (action or kept, label)
    identifiers: Counter[tuple[str, str]] = field(default_factory=Counter)  # (kind, action)
    images_changed: int = 0

    def add(self, pair: Row, action: str, reason: str) -> None:
        """Note that something was done to ``pair``."""
        self.rows.append((pair["id"], pair["label"], action, reason))
        self.pairs[action, pair["label"]] += 1

    def csv(self) -> str:
        """Return ``id,label,action,reason`` rows, in the order of the ids."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([("id", "label", "action", "reason"), *self.rows])
        return text.getvalue()

    def metrics(self) -> dict[str, Any]:
        """Return counts by class, and by kind of identifier and action."""
        actions = ("kept", "masked", "dropped")
        return {
            "pairs": sum(count for (action, _), count in self.pairs.items() if action == "kept"),
            "images_rewritten": self.images_changed,
            "identifiers": {
                kind: {action: self.identifiers[kind, action] for action in actions}
                for kind in KINDS
            },
            "by_class": {
                label: {action: self.pairs[action, label] for action in actions} for label in LABELS
            },
        }


def scrub(raw: Path, cohort: pa.Table, facts: pa.Table, params: ScrubParams, out: Path) -> Review:
    """Write the pairs that may go on to ``out``, a table of ``SCRUBBED``.

    Args:
        raw: the folder with the images' archives.
        cohort: columns of ``COHORT``.
        facts: columns of ``SCAN``, for the same ids.
        params: section ``scrub``.
        out: the table to write.

    Returns:
        What was done to which pair.
    """
    review = Review()
    with Archives(raw) as archives, TableWriter(out, SCRUBBED) as table:
        pairs = tqdm(_joined(cohort, facts), total=len(cohort), desc="scrub", disable=None)
        for pair in pairs:
            reason = _reason_to_drop(pair, params)
            _count_identifiers(pair, params, review)
            if reason:
                review.add(pair, "dropped", reason)
                continue
            table.write(_clean(pair, archives, params, review))
    return review


def _joined(cohort: pa.Table, facts: pa.Table) -> Iterator[Row]:
    """Yield each pair with its facts, sorted by id, as plain values."""
    cohort, facts = cohort.sort_by("id"), facts.sort_by("id")
    if not cohort["id"].equals(facts["id"]):
        raise PairdxError("scan and cohort hold different pairs; run `dvc repro scan`")
    for pair, fact in zip(cohort.to_batches(256), facts.to_batches(256), strict=True):
        for left, right in zip(pair.to_pylist(), fact.to_pylist(), strict=True):
            found = [Identifier(**identifier) for identifier in right["identifiers"]]
            yield left | right | {"identifiers": found}


def _reason_to_drop(pair: Row, params: ScrubParams) -> str:
    if pair["problem"] is not None:
        return f"image: {pair['problem']}"
    if min(pair["width"], pair["height"]) < params.min_side:
        return f"image: {pair['width']} x {pair['height']} pixels"
    if params.identifiers.old_age == "drop" and (pair["age"] or 0) >= OLDEST:
        return "age: over 89"
    kinds = _kinds(pair, params, "drop")
    return f"caption: {', '.join(kinds)}" if kinds else ""


def _kinds(pair: Row, params: ScrubParams, action: str) -> list[str]:
    found = {identifier.kind for identifier in pair["identifiers"]}
    return [kind for kind in KINDS if kind in found and getattr(params.identifiers, kind) == action]


def _count_identifiers(pair: Row, params: ScrubParams, review: Review) -> None:
    done = {"keep": "kept", "mask": "masked", "drop": "dropped"}
    for identifier in pair["identifiers"]:
        review.identifiers[identifier.kind, done[getattr(params.identifiers, identifier.kind)]] += 1


def _clean(pair: Row, archives: Archives, params: ScrubParams, review: Review) -> Row:
    kinds = _kinds(pair, params, "mask")
    if kinds:
        review.add(pair, "masked", f"caption: {', '.join(kinds)}")
    review.pairs["kept", pair["label"]] += 1
    image = clean_image(archives.read(pair["archive"], pair["member"]), params.max_side)
    review.images_changed += image.changed
    return {name: pair.get(name) for name in SCRUBBED.names} | {
        "image": {"bytes": image.data, "path": f"{pair['id']}.{image.extension}"},
        "width": image.width,
        "height": image.height,
        "age": _age(pair, params),
        "caption": mask(pair["caption"], pair["identifiers"], kinds),
    }


def _age(pair: Row, params: ScrubParams) -> float | None:
    keep = params.identifiers.old_age == "keep"
    age: float | None = pair["age"]
    return age if keep else generalise_age(age)
