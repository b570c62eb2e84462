"""Taking in a user's own pairs: a folder with ``pairs.csv`` and images.

Every row is checked before anything is written; what is wrong is told row by row. The result is
self-contained: a normalised ``pairs.csv``, one ``images.zip`` and ``rejected.csv``.
"""

import csv
import logging
import math
import re
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from pairdx.core.decode import MAX_MEGAPIXELS, UndecodableError, decode
from pairdx.core.errors import PairdxError, plain
from pairdx.core.inputs import regular
from pairdx.core.schema import LABELS, MAX_AGE
from pairdx.sources.archives import MAX_ENTRY_BYTES, is_safe
from pairdx.sources.folder import NORMALISED, PAIRS_CSV
from pairdx.sources.imported import BadRowError, Rejection, Row, report, write_pairs

REQUIRED = ("id", "image", "caption", "label")
ID = re.compile(r"(?!\.+$)[\w.:-]{1,200}")

log = logging.getLogger(__name__)


def import_folder(
    folder: Path, out: Path, *, drop_bad_rows: bool, setting: str = "download.bad_rows"
) -> int:
    """Check the pairs in ``folder`` and write them into the folder ``out``.

    Returns:
        How many rows were rejected.

    Raises:
        PairdxError: as of :func:`check_folder`.
    """
    good, rejected = check_folder(folder, drop_bad_rows=drop_bad_rows, setting=setting)
    write_pairs(out, good, rejected, lambda name: (folder / name).read_bytes())
    return len(rejected)


def check_folder(
    folder: Path, *, drop_bad_rows: bool, setting: str = "download.bad_rows"
) -> tuple[list[Row], list[Rejection]]:
    """Check the pairs in ``folder``: those that can be used, and the others.

    Args:
        folder: holds ``pairs.csv``, to which the ``image`` of each row is relative.
        drop_bad_rows: go on without them.
        setting: the parameter that says so.

    Raises:
        PairdxError: ``pairs.csv`` is missing, lacks a column or cannot be read; a row cannot be
            used and ``drop_bad_rows`` is false; no row is left.
    """
    path = folder / PAIRS_CSV
    good: list[Row] = []
    rejected: list[Rejection] = []
    seen: set[str] = set()
    for line, row in tqdm(_read(path), desc="pairs", unit="", disable=None):
        if isinstance(row, csv.Error):
            rejected.append(Rejection(line, "", "row", "", str(row)))
            continue
        try:
            good.append(_check(row, folder, seen))
        except BadRowError as error:
            value = row.get(error.field) or ""
            rejected.append(Rejection(line, row.get("id") or "", error.field, value, str(error)))
    report(str(path), rejected, len(good), drop_bad_rows=drop_bad_rows, setting=setting)
    return good, rejected


def _read(path: Path) -> Iterator[tuple[int, Row | csv.Error]]:
    """Yield line numbers and rows; short and long rows too, which `_check` refuses.

    What is no row of a CSV is yielded as the error, with the line on which it begins.
    """
    try:
        with regular(path).open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, restkey="", restval=None, strict=True)
            _check_header(path, list(reader.fieldnames or []))
            begin = reader.line_num + 1
            while True:
                try:
                    row = next(reader, None)
                except csv.Error as error:
                    yield begin, error
                else:
                    if row is None:
                        return
                    yield reader.line_num, row
                begin = reader.reader.line_num + 1
    except FileNotFoundError:
        raise PairdxError(
            f"{path}: no such file; a folder with pairs.csv and its images is needed"
        ) from None
    except UnicodeDecodeError as error:
        raise PairdxError(f"{path}: not UTF-8 ({error}); save it as UTF-8") from None
    except (csv.Error, OSError) as error:
        raise PairdxError(f"{path}: not a readable CSV file ({error})") from error


def _check_header(path: Path, header: list[str]) -> None:
    for column in REQUIRED:
        if column not in header:
            raise PairdxError(
                f"{path}: column {column!r} is missing; needed are {', '.join(REQUIRED)}, "
                f"there are {', '.join(header) or 'none'}"
            )
    for column in NORMALISED:
        if header.count(column) > 1:
            raise PairdxError(f"{path}: two columns are called {column!r}; rename or remove one")
    unknown = [column for column in header if column not in NORMALISED]
    if unknown:
        log.warning("%s: columns that are not used: %s", path, plain(", ".join(unknown)))


def _check(row: Row, folder: Path, seen: set[str]) -> Row:
    """Return the normalised row, or raise for the first thing that is wrong with it."""
    if "" in row or None in row.values():
        raise BadRowError("id", "the row has more or fewer fields than the header")
    row = {name: row.get(name, "").strip() for name in NORMALISED}
    if not ID.fullmatch(row["id"]):
        raise BadRowError("id", "1 to 200 letters, digits and . _ : - are needed, not dots alone")
    if row["id"] in seen:
        raise BadRowError("id", "another row has the same id")
    seen.add(row["id"])
    if row["label"] not in LABELS:
        raise BadRowError("label", f"allowed are {', '.join(LABELS)}")
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
        raise BadRowError("age", f"years from 0 to {MAX_AGE} or nothing is needed")
    return str(age)


def _check_image(folder: Path, name: str) -> None:
    path = folder / name
    try:
        if not is_safe(name) or not _resolved(path).is_relative_to(folder.resolve()):
            raise BadRowError("image", "a path inside the folder, relative to it, is needed")
        if not path.is_file():
            raise BadRowError("image", "no such file")
        if path.stat().st_size > MAX_ENTRY_BYTES:
            raise BadRowError("image", f"more than {MAX_ENTRY_BYTES} bytes")
        decode(path.read_bytes(), MAX_MEGAPIXELS)
    except UndecodableError as error:
        raise BadRowError("image", str(error)) from None
    except OSError as error:
        raise BadRowError("image", f"cannot be read: {error.strerror}") from None


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except RuntimeError:  # before Python 3.13, which returns it as it is
        raise BadRowError("image", "a symbolic link that leads to itself") from None
