"""What every import of pairs leaves behind: ``pairs.csv``, ``images.zip`` and ``rejected.csv``.

Rows that cannot be used are told by line; whether they stop the import is the user's choice.
"""

import logging
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path, PurePosixPath

from pairdx.core.csv_lines import csv_writer
from pairdx.core.errors import PairdxError
from pairdx.sources.folder import IMAGES_ZIP, NORMALISED, PAIRS_CSV, REJECTED_CSV

LOGGED = 20
TIMESTAMP = (1980, 1, 1, 0, 0, 0)  # the zip format's first day: same images, same bytes

log = logging.getLogger(__name__)
Row = dict[str, str]


@dataclass(frozen=True)
class Rejection:
    """Why one row cannot be used."""

    line: int
    id: str
    field: str
    value: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.field} = {self.value[:80]!r}: {self.reason}"


class BadRowError(Exception):
    """One field of a row cannot be used; the message is the reason."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


def report(
    path: str,
    rejected: Sequence[Rejection],
    good: int,
    *,
    drop_bad_rows: bool,
    setting: str = "download.bad_rows",
) -> None:
    """Tell which rows of the table at ``path`` are rejected; ``setting`` may drop them.

    Raises:
        PairdxError: there are some and ``drop_bad_rows`` is false, or there is no good row.
    """
    if not rejected and good:
        return
    for rejection in rejected[:LOGGED]:
        log.warning("%s: %s", path, rejection)
    if len(rejected) > LOGGED:
        log.warning("%s: … and %d more", path, len(rejected) - LOGGED)
    if not good:
        raise PairdxError(f"{path}: none of its {len(rejected)} rows can be used")
    if not drop_bad_rows:
        raise PairdxError(
            f"{path}: {len(rejected)} of {len(rejected) + good} rows cannot be used, the first: "
            f"{rejected[0]}; mend them, or set {setting}=drop to go on without them"
        )
    log.warning("%s: dropped %d of %d rows", path, len(rejected), len(rejected) + good)


def write_pairs(
    out: Path, rows: list[Row], rejected: Sequence[Rejection], read: Callable[[str], bytes]
) -> None:
    """Write the good rows, sorted by id, with their images, and the rejected ones.

    Args:
        out: an existing folder.
        rows: with the columns ``NORMALISED``; each ``image`` becomes its entry's name.
        rejected: the others.
        read: from a row's ``image`` to its bytes.
    """
    rows.sort(key=lambda row: row["id"])
    with zipfile.ZipFile(out / IMAGES_ZIP, "w", zipfile.ZIP_STORED) as archive:
        for number, row in enumerate(rows):
            image = read(row["image"])
            row["image"] = f"images/{number:06d}{PurePosixPath(row['image']).suffix.lower()}"
            archive.writestr(zipfile.ZipInfo(row["image"], TIMESTAMP), image)
    write_csv(out / PAIRS_CSV, NORMALISED, [[row[name] for name in NORMALISED] for row in rows])
    columns = [field.name for field in fields(Rejection)]
    write_csv(out / REJECTED_CSV, columns, [_harmless(rejection) for rejection in rejected])


def _harmless(rejection: Rejection) -> list[str]:
    """Keep spreadsheets from running a cell that begins like a formula."""
    cells = [str(cell) for cell in astuple(rejection)]
    return [
        f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell for cell in cells
    ]


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a CSV file with Unix line ends."""
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv_writer(lines)
        writer.writerow(header)
        writer.writerows(rows)
