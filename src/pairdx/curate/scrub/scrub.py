"""What is done about the scan's facts: pairs dropped, captions masked, images cleaned.

Policy only: no fact is gathered here, so that a change of policy is cheap; a person's word on a
pair goes before it. What identifies a person is counted and never repeated, neither in the table
for the review nor in the metrics.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from tqdm import tqdm

from pairdx.core.engine import map_chunks
from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, SCREENED, SCRUBBED
from pairdx.core.streaming import TableWriter
from pairdx.curate.identifiers.kinds import KINDS, Identifier, generalise_age, mask
from pairdx.curate.scrub.images import clean_image
from pairdx.curate.scrub.overrule import overrule
from pairdx.curate.scrub.params import ScrubParams
from pairdx.curate.scrub.policy import Decision, decide
from pairdx.readers.decisions import DECISIONS
from pairdx.sources.archives import Archives, opened

CHUNK = 32  # pairs handed to a worker at a time
MANY = 10_000  # pairs; for fewer it takes longer to start processes than to clean images
ACTIONS = ("kept", "masked", "cropped", "dropped")

Row = dict[str, Any]


@dataclass
class Screening:
    """What was done to which pair and why, for a person to look through."""

    rows: list[Row] = field(default_factory=list)  # of SCREENED
    identifiers: Counter[tuple[str, str]] = field(default_factory=Counter)  # (kind, action)
    images_rewritten: int = 0

    def add(self, pair: Row, proposed: Decision, done: Decision, word: str | None) -> None:
        """Note what the rules proposed about ``pair`` and what was done at a person's word."""
        self.rows.append(
            {
                "id": pair["id"],
                "label": pair["label"],
                "action": done.action,
                "proposed": None if proposed.no_image else proposed.action,
                "decision": word,
                "reasons": list(proposed.reasons),
                "borderline": proposed.borderline,
                "masked": [asdict(region) for region in proposed.regions],
                "doubtful": [asdict(region) for region in proposed.doubtful],
                "spans": [asdict(span) for span in proposed.spans],
            }
        )
        for found in pair["identifiers"]:
            left = "masked" if found.kind in done.caption_kinds else "kept"
            action = "dropped" if done.action == "dropped" else left
            self.identifiers[found.kind, action] += 1

    def table(self) -> pa.Table:
        """Return a table of ``SCREENED``."""
        return pa.Table.from_pylist(self.rows, schema=SCREENED)

    def metrics(self) -> dict[str, Any]:
        """Return counts by class, by reason and class, and by kind of identifier and action."""
        by_class = Counter((row["label"], row["action"]) for row in self.rows)
        obeyed = Counter(row["decision"] for row in self.rows if row["proposed"] is not None)
        reasons = Counter((why, row["label"]) for row in self.rows for why in row["reasons"])
        return {
            "pairs": sum(row["action"] != "dropped" for row in self.rows),
            "images_rewritten": self.images_rewritten,
            "borderline": sum(row["borderline"] for row in self.rows),
            "identifiers": {
                kind: {done: self.identifiers[kind, done] for done in ("kept", "masked", "dropped")}
                for kind in KINDS
            },
            "by_class": {
                label: {action: by_class[label, action] for action in ACTIONS} for label in LABELS
            },
            "by_reason": {
                reason: {label: reasons[reason, label] for label in LABELS}
                for reason in sorted({reason for reason, _ in reasons})
            },
            "decisions_obeyed": {word: obeyed[word] for word in DECISIONS},
        }


def scrub(
    raw: Path,
    cohort: pa.Table,
    facts: pa.Table,
    params: ScrubParams,
    words: Mapping[str, str],
    out: Path,
) -> Screening:
    """Write the pairs that may go on to ``out``, a table of ``SCRUBBED``.

    Args:
        raw: the folder with the images' archives.
        cohort: columns of ``COHORT``.
        facts: columns of ``SCAN``, for the same ids.
        params: section ``scrub``.
        words: people's words on single pairs, by id; see ``DECISIONS``.
        out: the table to write.

    Returns:
        What was done to which pair.
    """
    screening = Screening()
    pairs = tqdm(_joined(cohort, facts), total=len(cohort), desc="scrub", disable=None)
    decided = _decide(pairs, params, words, screening)
    chunks = iter(lambda: list(islice(decided, CHUNK)), [])
    work, workers = partial(_clean_chunk, raw.absolute(), params), 0 if len(cohort) > MANY else 1
    with TableWriter(out, SCRUBBED) as table:
        for cleaned in map_chunks(work, chunks, workers):
            for row, rewritten in cleaned:
                screening.images_rewritten += rewritten
                table.write(row)
    return screening


def _decide(
    pairs: Iterable[Row], params: ScrubParams, words: Mapping[str, str], screening: Screening
) -> Iterator[tuple[Row, Decision]]:
    """Note what is done to each pair, and yield those that are not dropped."""
    for pair in pairs:
        proposed, word = decide(pair, params), words.get(pair["id"])
        done = overrule(proposed, pair, word)
        screening.add(pair, proposed, done, word)
        if done.action != "dropped":
            yield pair, done


def _joined(cohort: pa.Table, facts: pa.Table) -> Iterator[Row]:
    """Yield each pair with its facts, sorted by id, as plain values."""
    cohort, facts = cohort.sort_by("id"), facts.sort_by("id")
    if not cohort["id"].equals(facts["id"]):
        raise PairdxError("scan and cohort hold different pairs; run `dvc repro scan`")
    for pair, fact in zip(cohort.to_batches(256), facts.to_batches(256), strict=True):
        for left, right in zip(pair.to_pylist(), fact.to_pylist(), strict=True):
            found = [Identifier(**identifier) for identifier in right["identifiers"]]
            yield left | right | {"identifiers": found}


def _clean_chunk(
    raw: Path, params: ScrubParams, decided: list[tuple[Row, Decision]]
) -> list[tuple[Row, bool]]:
    """Return a row of ``SCRUBBED`` for each pair, and whether its image was written anew."""
    archives = opened(raw)
    return [_clean(pair, decision, archives, params) for pair, decision in decided]


def _clean(
    pair: Row, decision: Decision, archives: Archives, params: ScrubParams
) -> tuple[Row, bool]:
    image = clean_image(
        archives.read(pair["archive"], pair["member"]),
        params.max_side,
        [(r.left, r.top, r.right, r.bottom) for r in decision.regions],
        decision.crop,
    )
    row = {name: pair.get(name) for name in SCRUBBED.names} | {
        "image": {"bytes": image.data, "path": f"{pair['id']}.{image.extension}"},
        "width": image.width,
        "height": image.height,
        "age": _age(pair, params),
        "caption": mask(pair["caption"], pair["identifiers"], decision.caption_kinds),
    }
    return row, image.changed


def _age(pair: Row, params: ScrubParams) -> float | None:
    keep = params.identifiers.old_age == "keep"
    age: float | None = pair["age"]
    return age if keep else generalise_age(age)
