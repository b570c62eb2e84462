"""One line of the doctor's table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from pairdx.core.errors import PairdxError

# `note`: it can run, and one should know; `missing`: it cannot.
State = Literal["ok", "fetch", "note", "missing"]


@dataclass(frozen=True)
class Finding:
    """What is needed, and what there is."""

    what: str
    needed: str
    found: str
    state: State


def found_by(what: str, needed: str, check: Callable[[], str]) -> Finding:
    """Run a check that says what it found; what it refuses is missing."""
    try:
        return Finding(what, needed, check(), "ok")
    except PairdxError as error:
        return Finding(what, needed, str(error), "missing")


def as_text(findings: Sequence[Finding]) -> str:
    """Lay findings out in columns; the last one is as long as it needs to be."""
    rows = [("", "what", "needed", "found")]
    rows += [(finding.state, finding.what, finding.needed, finding.found) for finding in findings]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]])
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines)


def gigabytes(size: float) -> str:
    """Say a number of bytes as people do."""
    if size >= 1e9:
        return f"{size / 1e9:.1f} GB"
    return f"{size / 1e6:.0f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
