"""What is done about the scan's facts: pairs dropped, captions masked, images cleaned.

Policy only: no fact is gathered here, so that a change of policy is cheap. What the rules propose
is written down, and a person's decision on the pair goes before it. What identifies a person is
counted and never repeated, neither in the table of what was done nor in the metrics.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from tqdm import tqdm

from pairdx.curate.decisions import DECISIONS, Matched, settle
from pairdx.curate.scrub_captions import KINDS, Identifier, mask
from pairdx.curate.scrub_images import clean_image
from pairdx.curate.streaming import TableWriter
from pairdx.errors import PairdxError
from pairdx.params.scrub import ScrubParams
from pairdx.schema import LABELS, SCREENED, SCRUBBED
from pairdx.sources.archives import Archives

Row = dict[str, Any]
ACTIONS = ("kept", "masked", "cropped", "dropped")


class Screening:
    """What was done to each pair and why, for people to look through."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.identifiers: Counter[tuple[str, str]] = Counter()  # (kind, action)
        self.images_rewritten = 0

    def table(self) -> pa.Table:
        """Return one row of ``SCREENED`` a pair."""
        return pa.Table.from_pylist(self.rows, schema=SCREENED)

    def metrics(self) -> Row:
        """Return counts by class, and by kind of identifier and action."""
        pairs = Counter((row["action"], row["label"]) for row in self.rows)
        obeyed = Counter(row["decision"] for row in self.rows if row["proposed"] is not None)
        return {
            "pairs": sum(row["action"] != "dropped" for row in self.rows),
            "images_rewritten": self.images_rewritten,
            "identifiers": {
                kind: {action: self.identifiers[kind, action] for action in ACTIONS}
                for kind in KINDS
            },
            "by_class": {
                label: {action: pairs[action, label] for action in ACTIONS} for label in LABELS
            },
            "decisions_obeyed": {word: obeyed[word] for word in DECISIONS},
        }


def scrub(
    raw: Path,
    cohort: pa.Table,
    facts: pa.Table,
    params: ScrubParams,
    decisions: Matched,
    out: Path,
) -> Screening:
    """Write the pairs that may go on to ``out``, a table of ``SCRUBBED``.

    Args:
        raw: the folder with the images' archives.
        cohort: columns of ``COHORT``.
        facts: columns of ``SCAN``, for the same ids.
        params: section ``scrub``.
        decisions: people's words on single pairs.
        out: the table to write.

    Returns:
        What was done to which pair.
    """
    screening = Screening()
    with Archives(raw) as archives, TableWriter(out, SCRUBBED) as table:
        pairs = tqdm(_joined(cohort, facts), total=len(cohort), desc="scrub", disable=None)
        for pair in pairs:
            done = _screen(pair, params, decisions.words.get(pair["id"]))
            kinds = _kinds_to_mask(pair, done, params)
            screening.rows.append(done)
            _count_identifiers(pair, done, kinds, screening)
            if done["action"] != "dropped":
                table.write(_clean(pair, kinds, archives, params, screening))
    return screening


def _joined(cohort: pa.Table, facts: pa.Table) -> Iterator[Row]:
    """Yield each pair with its facts, sorted by id, as plain values."""
    cohort, facts = cohort.sort_by("id"), facts.sort_by("id")
    if not cohort["id"].equals(facts["id"]):
        raise PairdxError("scan and cohort hold different pairs; run `dvc repro scan`")
    for pair, fact in zip(cohort.to_batches(256), facts.to_batches(256), strict=True):
        for left, right in zip(pair.to_pylist(), fact.to_pylist(), strict=True):
            found = [Identifier(**identifier) for identifier in right["identifiers"]]
            yield left | right | {"identifiers": found}


def _screen(pair: Row, params: ScrubParams, word: str | None) -> Row:
    """Return the pair's row of ``SCREENED``."""
    no_image = _why_no_image(pair, params)
    drop, hide = (_kinds(pair, params, action) for action in ("drop", "mask"))
    proposed = "dropped" if drop else "masked" if hide else "kept"
    reasons = [f"caption: {kind}" for kind in drop or hide]
    return {
        "id": pair["id"],
        "label": pair["label"],
        "action": settle(None if no_image else proposed, word, found=bool(pair["identifiers"])),
        "proposed": None if no_image else proposed,
        "decision": word,
        "reasons": [no_image] if no_image else reasons,
        "borderline": False,
        "masked": [],
        "spans": [vars(one) for one in pair["identifiers"] if one.kind in {*drop, *hide}],
    }


def _why_no_image(pair: Row, params: ScrubParams) -> str:
    if pair["problem"] is not None:
        return f"image: {pair['problem']}"
    if min(pair["width"], pair["height"]) < params.min_side:
        return f"image: {pair['width']} x {pair['height']} pixels"
    return ""


def _kinds(pair: Row, params: ScrubParams, action: str) -> list[str]:
    found = {identifier.kind for identifier in pair["identifiers"]}
    return [kind for kind in KINDS if kind in found and getattr(params.identifiers, kind) == action]


def _kinds_to_mask(pair: Row, done: Row, params: ScrubParams) -> Collection[str]:
    """Return the kinds to mask: those of the params, or all or none where a person said so."""
    if done["decision"] is None:
        return _kinds(pair, params, "mask")
    return KINDS if done["action"] == "masked" else ()


def _count_identifiers(pair: Row, done: Row, kinds: Collection[str], screening: Screening) -> None:
    for identifier in pair["identifiers"]:
        left = "masked" if identifier.kind in kinds else "kept"
        action = "dropped" if done["action"] == "dropped" else left
        screening.identifiers[identifier.kind, action] += 1


def _clean(
    pair: Row,
    kinds: Collection[str],
    archives: Archives,
    params: ScrubParams,
    screening: Screening,
) -> Row:
    image = clean_image(archives.read(pair["archive"], pair["member"]), params.max_side)
    screening.images_rewritten += image.changed
    return {name: pair.get(name) for name in SCRUBBED.names} | {
        "image": {"bytes": image.data, "path": f"{pair['id']}.{image.extension}"},
        "width": image.width,
        "height": image.height,
        "caption": mask(pair["caption"], pair["identifiers"], kinds),
    }
