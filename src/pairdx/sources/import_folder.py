"""Taking in a user's own pairs: a folder with ``pairs.csv`` and images.

Every row is checked before anything is written; what is wrong is told row by row. The result is
self-contained: a normalised ``pairs.csv``, one ``images.zip`` and ``rejected.csv``.
"""

import csv
import logging
import math
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from tqdm import tqdm

from pairdx.errors import PairdxError
from pairdx.schema import LABELS
from pairdx.sources.archives import MAX_ENTRY_BYTES, is_safe
from pairdx.sources.decode import UndecodableError, decode
from pairdx.sources.folder import IMAGES_ZIP, NORMALISED, PAIRS_CSV, REJECTED_CSV

REQUIRED = ("id", "image", "caption", "label")
MAX_MEGAPIXELS = 1000  # a bomb; the scan has its own, lower limit
MAX_AGE = 130  # years, MultiCaRe's own limit
LOGGED = 20
TIMESTAMP = (1980, 1, 1, 0, 0, 0)  # the zip format's first day: same images, same bytes
ID = re.compile(r"[\w.:-]{1,200}")

log = logging.getLogger(__name__)
Row = dict[str, str]


@dataclass(frozen=True)
class Rejection:
    """Why one row of ``pairs.csv`` cannot be used."""

    line: int
    id: str
    field: str
    value: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.field} = {self.value[:80]!r}: {self.reason}"


class _BadRowError(Exception):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


def import_folder(folder: Path, out: Path, *, drop_bad_rows: bool) -> None:
    """Check the pairs in ``folder`` and write them into the folder ``out``.

    Raises:
        PairdxError: ``pairs.csv`` is missing, lacks a column or cannot be read; a row cannot be
            used and ``drop_bad_rows`` is false; no row is left.
    """
    path = folder / PAIRS_CSV
    good: list[Row] = []
    rejected: list[Rejection] = []
    seen: set[str] = set()
    for line, row in tqdm(_read(path), desc="pairs", unit="", disable=None):
        try:
            good.append(_check(row, folder, seen))
        except _BadRowError as error:
            value = row.get(error.field) or ""
            rejected.append(Rejection(line, row.get("id") or "", error.field, value, str(error)))
    _report(path, rejected, len(good), drop_bad_rows=drop_bad_rows)
    good.sort(key=lambda row: row["id"])
    _write_images(folder, good, out / IMAGES_ZIP)
    _write_csv(out / PAIRS_CSV, NORMALISED, [[row[name] for name in NORMALISED] for row in good])
    columns = [field.name for field in fields(Rejection)]
    _write_csv(out / REJECTED_CSV, columns, [_harmless(rejection) for rejection in rejected])


def _read(path: Path) -> Iterator[tuple[int, Row]]:
    """Yield line numbers and rows; short and long rows too, which `_check` refuses."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, restkey="", restval=None, strict=True)
            header = list(reader.fieldnames or [])
            for column in REQUIRED:
                if column not in header:
                    raise PairdxError(
                        f"{path}: column {column!r} is missing; needed are {', '.join(REQUIRED)}, "
                        f"there are {', '.join(header) or 'none'}"
                    )
            unknown = [column for column in header if column not in NORMALISED]
            if unknown:
                log.warning("%s: columns that are not used: %s", path, ", ".join(unknown))
            for row in reader:
                yield reader.line_num, row
    except FileNotFoundError:
        raise PairdxError(
            f"{path}: no such file; download.folder must hold pairs.csv and its images"
        ) from None
    except UnicodeDecodeError as error:
        raise PairdxError(f"{path}: not UTF-8 ({error}); save it as UTF-8") from None
    except (csv.Error, OSError) as error:
        raise PairdxError(f"{path}: not a readable CSV file ({error})") from error


def _check(row: Row, folder: Path, seen: set[str]) -> Row:
    """Return the normalised row, or raise for the first thing that is wrong with it."""
    if "" in row or None in row.values():
        raise _BadRowError("id", "the row has more or fewer fields than the header")
    row = {name: row.get(name, "").strip() for name in NORMALISED}
    if not ID.fullmatch(row["id"]):
        raise _BadRowError("id", "1 to 200 letters, digits and . _ : - are needed")
    if row["id"] in seen:
        raise _BadRowError("id", "another row has the same id")
    seen.add(row["id"])
    if row["label"] not in LABELS:
        raise _BadRowError("label", f"allowed are {', '.join(LABELS)}")
    age = _normalise_age(row["age"])
    _check_image(folder, row["image"])
    case = row["case_id"] or row["article_id"] or row["id"]
    own = {
        "case_id": case,
        "article_id": row["article_id"] or case,
        "figure_id": row["figure_id"] or row["id"],
        "age": age,
        "sex": row["sex"].lower(),
    }
    return row | own


def _normalise_age(text: str) -> str:
    """Write the number as every reader of CSV understands it: Python alone takes '6_1'."""
    if not text:
        return ""
    try:
        age = float(text)
    except ValueError:
        age = math.nan
    if not 0 <= age <= MAX_AGE:
        raise _BadRowError("age", f"years from 0 to {MAX_AGE} or nothing is needed")
    return str(age)


def _check_image(folder: Path, name: str) -> None:
    path = folder / name
    try:
        if not is_safe(name) or not path.resolve().is_relative_to(folder.resolve()):
            raise _BadRowError("image", "a path inside the folder, relative to it, is needed")
        if not path.is_file():
            raise _BadRowError("image", "no such file")
        if path.stat().st_size > MAX_ENTRY_BYTES:
            raise _BadRowError("image", f"more than {MAX_ENTRY_BYTES} bytes")
        decode(path.read_bytes(), MAX_MEGAPIXELS)
    except UndecodableError as error:
        raise _BadRowError("image", str(error)) from None
    except OSError as error:
        raise _BadRowError("image", f"cannot be read: {error.strerror}") from None


def _report(path: Path, rejected: list[Rejection], good: int, *, drop_bad_rows: bool) -> None:
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
            f"{rejected[0]}; mend them, or set download.bad_rows=drop to go on without them"
        )
    log.warning("%s: dropped %d of %d rows", path, len(rejected), len(rejected) + good)


def _write_images(folder: Path, rows: list[Row], path: Path) -> None:
    """Store the images under numbers; each row's ``image`` becomes its entry's name."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for number, row in enumerate(rows):
            source = folder / row["image"]
            row["image"] = f"images/{number:06d}{source.suffix.lower()}"
            archive.writestr(zipfile.ZipInfo(row["image"], TIMESTAMP), source.read_bytes())


def _harmless(rejection: Rejection) -> list[str]:
    """Keep spreadsheets from running a cell that begins like a formula."""
    cells = [str(cell) for cell in astuple(rejection)]
    return [
        f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell for cell in cells
    ]


def _write_csv(path: Path, header: Sequence[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
