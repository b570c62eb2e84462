"""What people say the class of single pairs is: ``review/labels.csv``, kept in Git.

A row is one reader's answer about one pair: one of the six labels, or ``unclear``. The order of the
rows means nothing.
"""

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from pairdx.core.errors import PairdxError, plain
from pairdx.core.schema import LABELS
from pairdx.readers.spreadsheet import read_rows, to_csv

log = logging.getLogger(__name__)

UNCLEAR = "unclear"
ANSWERS = (*LABELS, UNCLEAR)


@dataclass(frozen=True, order=True)
class ReaderLabel:
    """One reader's answer about one pair."""

    id: str
    reader: str
    label: str
    note: str = ""


HEADER = tuple(one.name for one in fields(ReaderLabel))
REQUIRED = ("id", "reader", "label")


def read_labels(path: Path) -> list[ReaderLabel]:
    """Read a file of answers; rows whose label is empty are not answered yet.

    Raises:
        PairdxError: there is no such file, it is no CSV with the columns ``id``, ``reader`` and
            ``label``, a label is unknown, nobody is named as its reader, or a reader answered twice
            and differently about one pair.
    """
    said: dict[tuple[str, str], tuple[int, ReaderLabel]] = {}
    for line, row in read_rows(path, HEADER, REQUIRED):
        answer = _answer(row, f"{path}: line {line}")
        if answer is None:
            continue
        before, other = said.setdefault((answer.id, answer.reader), (line, answer))
        if other.label != answer.label:
            raise PairdxError(
                f"{path}: line {line}: {answer.reader!r} says {answer.label!r} of {answer.id!r}, "
                f"and {other.label!r} on line {before}; leave one of them"
            )
    return sorted(answer for _, answer in said.values())


def merge(old: Iterable[ReaderLabel], new: Sequence[ReaderLabel]) -> list[ReaderLabel]:
    """Add ``new`` answers; a reader's later answer about a pair replaces the earlier one."""
    replaced = {(one.id, one.reader) for one in new}
    return sorted([*(one for one in old if (one.id, one.reader) not in replaced), *new])


def format_labels(answers: Iterable[ReaderLabel]) -> str:
    """Return the file's text, rows sorted."""
    return to_csv(HEADER, [astuple(one) for one in sorted(answers)])


def by_reader(
    answers: Iterable[ReaderLabel], known: Collection[str]
) -> tuple[dict[str, dict[str, str]], list[str]]:
    """Return each reader's answers by id, and the ids that are in no split, which do not count."""
    found: dict[str, dict[str, str]] = {}
    unknown = set()
    for one in sorted(answers):
        if one.id in known:
            found.setdefault(one.reader, {})[one.id] = one.label
        else:
            unknown.add(one.id)
    if unknown:
        first = plain(", ".join(sorted(unknown)[:3]))
        log.warning("labels of %d pairs count for nothing (no such pair): %s", len(unknown), first)
    return found, sorted(unknown)


def _answer(row: dict[str, str], where: str) -> ReaderLabel | None:
    label = row["label"].strip().lower()
    if not label:
        return None
    if label not in ANSWERS:
        raise PairdxError(
            f"{where}: label = {row['label']!r}; allowed are {', '.join(ANSWERS)}, or nothing "
            "where there is no answer"
        )
    reader = row["reader"].strip()
    for name, value in (("id", row["id"]), ("reader", reader)):
        if not value:
            raise PairdxError(f"{where}: {name} is empty; say which pair, and who answered")
    return ReaderLabel(row["id"], reader, label, row.get("note", ""))
