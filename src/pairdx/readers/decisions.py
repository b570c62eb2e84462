"""What people decided about single pairs: ``review/decisions.csv``, kept in Git.

A row is one reader's word on one pair: ``keep`` it as it is, ``mask`` all that was found in it, or
``drop`` it. Where readers disagree the stricter word counts (drop, then mask, then keep): a pair
too few costs less than a name too many. The order of the rows means nothing.
"""

import hashlib
import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple, dataclass, field, fields
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pairdx.core.errors import PairdxError, plain
from pairdx.readers.spreadsheet import read_rows, to_csv

log = logging.getLogger(__name__)

DECISIONS = ("keep", "mask", "drop")  # from the mildest to the strictest


@dataclass(frozen=True, order=True)
class Decision:
    """One reader's word on one pair."""

    id: str
    reader: str
    decision: str
    note: str = ""
    content: str = ""  # which image and caption were looked at; empty: whatever they are


@dataclass(frozen=True)
class Matched:
    """The word on each pair, and the ids of decisions that count for nothing."""

    words: dict[str, str] = field(default_factory=dict)  # by id, the strictest of its readers'
    unknown: list[str] = field(default_factory=list)  # no such pair: other data, other params
    changed: list[str] = field(default_factory=list)  # not the image or caption that was seen

    def metrics(self) -> dict[str, dict[str, int]]:
        """Return how many pairs' decisions count for nothing, and why."""
        ignored = {"no_such_pair": len(self.unknown), "content_changed": len(self.changed)}
        return {"decisions_ignored": ignored}


HEADER = tuple(one.name for one in fields(Decision))
REQUIRED = ("id", "decision", "reader", "note")


def content_of(pixel_sha256: str | None, caption: str) -> str:
    """Return a short digest of a pair; a decision on another image or caption does not count."""
    return hashlib.sha256(f"{pixel_sha256}\0{caption}".encode()).hexdigest()[:16]


def read_decisions(path: Path) -> list[Decision]:
    """Read a file of decisions; rows whose decision is empty are not decided yet.

    Raises:
        PairdxError: there is no such file, it is no CSV with the columns ``id``, ``decision``,
            ``reader`` and ``note``, a decision is unknown, nobody is named as its reader, or a
            reader decided twice and differently about one pair.
    """
    decided: dict[tuple[str, str, str], tuple[int, Decision]] = {}
    for line, row in read_rows(path, HEADER, REQUIRED):
        decision = _decision(row, f"{path}: line {line}")
        if decision is None:
            continue
        before, other = decided.setdefault(_subject(decision), (line, decision))
        if other.decision != decision.decision:
            raise PairdxError(
                f"{path}: line {line}: {decision.reader!r} decides {decision.decision!r} on "
                f"{decision.id!r}, and {other.decision!r} on line {before}; leave one of them"
            )
    return sorted(decision for _, decision in decided.values())


def match(decisions: Iterable[Decision], cohort: pa.Table, facts: pa.Table) -> Matched:
    """Find the word on each pair, and tell of the decisions that are about no pair.

    Args:
        decisions: in any order.
        cohort: the columns ``id`` and ``caption`` of every pair.
        facts: the columns ``id`` and ``pixel_sha256`` of the same pairs.
    """
    asked = pa.array(sorted({one.id for one in decisions}), pa.string())
    pixels, captions = (
        table.select(["id", column]).filter(pc.is_in(table["id"], asked)).to_pylist()
        for table, column in ((facts, "pixel_sha256"), (cohort, "caption"))
    )
    hashes = {row["id"]: row["pixel_sha256"] for row in pixels}
    contents = {row["id"]: content_of(hashes.get(row["id"]), row["caption"]) for row in captions}
    words: dict[str, str] = {}
    unknown, changed = set(), set()
    for one in decisions:
        if one.id not in contents:
            unknown.add(one.id)
        elif one.content not in ("", contents[one.id]):
            changed.add(one.id)
        else:
            words[one.id] = strictest(words.get(one.id, one.decision), one.decision)
    _tell(unknown, "no such pair")
    _tell(changed, "their image or caption is another now: review them again")
    return Matched(dict(sorted(words.items())), sorted(unknown), sorted(changed))


def _tell(ids: Collection[str], why: str) -> None:
    if ids:
        first = plain(", ".join(sorted(ids)[:3]))
        log.warning("decisions on %d pairs count for nothing (%s): %s", len(ids), why, first)


def strictest(*words: str) -> str:
    """Return the word that takes most away."""
    return max(words, key=DECISIONS.index)


def merge(old: Sequence[Decision], new: Sequence[Decision]) -> list[Decision]:
    """Add ``new`` decisions; a reader's later word on a pair replaces the earlier one."""
    contents: dict[tuple[str, str], set[str]] = {}
    for one in new:
        contents.setdefault((one.id, one.reader), set()).add(one.content)
    kept = []
    for one in old:
        later = contents.get((one.id, one.reader), set())
        if not later or (one.content and not later & {one.content, ""}):
            kept.append(one)
    return sorted({*kept, *new})


def format_decisions(decisions: Iterable[Decision]) -> str:
    """Return the file's text, rows sorted."""
    return to_csv(HEADER, [astuple(one) for one in sorted(decisions)])


def _subject(one: Decision) -> tuple[str, str, str]:
    return one.id, one.reader, one.content


def _decision(row: dict[str, str], where: str) -> Decision | None:
    word = row["decision"].strip().lower()
    if not word:
        return None
    if word not in DECISIONS:
        raise PairdxError(
            f"{where}: decision = {row['decision']!r}; allowed are {', '.join(DECISIONS)}, "
            "or nothing where none is made"
        )
    reader = row["reader"].strip()
    for name, value in (("id", row["id"]), ("reader", reader)):
        if not value:
            raise PairdxError(f"{where}: {name} is empty; say which pair, and who decided")
    return Decision(row["id"], reader, word, row["note"], row.get("content", "").strip())
