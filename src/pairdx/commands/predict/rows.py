"""What is asked about, row by row: image files, folders, tables, or JSON lines.

A row is read when its turn comes; memory does not grow with their number. What is wrong with one
is told when its image is asked for, so that the others go on.
"""

import csv
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, NoReturn

from pairdx.commands.predict.images import image_bytes
from pairdx.core.errors import PairdxError
from pairdx.core.inputs import regular
from pairdx.readers.spreadsheet import DELIMITERS, unprotect

SUFFIXES = frozenset(
    (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")  # of core.decode.FORMATS
)
IMAGE_COLUMNS = ("image", "file_name")  # ours, and that of Hugging Face's imagefolder
CAPTIONED = ("pairs.csv", "metadata.csv", "metadata.jsonl")  # what holds the captions of a folder
STDIN = "-"
AT_ONCE = 32  # rows of a Parquet table
# Or Arrow reads the images of a row group, which may be those of a whole table, at once.
STREAMED = {"pre_buffer": False, "buffer_size": 2**20}


@dataclass(frozen=True)
class Row:
    """An image and its caption."""

    name: str  # what the answer is called
    place: str  # where it stands, for whoever has to mend it
    caption: str
    load: Callable[[], bytes]  # raises PairdxError, whose message is the reason alone


@dataclass(frozen=True)
class Source:
    """One argument of the command."""

    name: str
    rows: Callable[[], Iterator[Row]]
    count: int | None = None  # of its rows, where that is known beforehand
    is_image: bool = False
    captioned: bool = False
    beside: Path | None = None  # the table of a folder that holds its captions


def open_source(argument: str, root: Path | None) -> Source:
    """Look at an argument, and read none of its rows yet.

    Args:
        argument: a file, a folder, or ``-``.
        root: where the paths of a table start, and which they may not leave; None: its folder.

    Raises:
        PairdxError: it is a folder without images, or a table that cannot be read.
    """
    path = Path(argument)
    if argument == STDIN:
        start = (root or Path()).resolve()
        lines = partial(_json_rows, "stdin", lambda: nullcontext(sys.stdin.buffer), start)
        return Source("stdin", lines, captioned=True)
    if path.is_dir():
        return _folder(path)
    kind = path.suffix.lower()
    if kind in TABLES:
        return TABLES[kind](path, (path.parent if root is None else root).resolve())
    return Source(text(argument), lambda: iter([_file(path)]), 1, is_image=True)


def text(name: object) -> str:
    """Text that can be written: of a path's bytes those that are no UTF-8 are shown as such."""
    return str(name).encode("utf-8", "backslashreplace").decode("utf-8")


def _file(path: Path) -> Row:
    return Row(text(path), text(path), "", lambda: image_bytes(path))


def _folder(folder: Path) -> Source:
    count = sum(1 for _ in _images(folder))
    if not count:
        tables = sorted(one for one in folder.iterdir() if one.suffix.lower() in TABLES)
        hint = f"name a table of it, such as {tables[0]}" if tables else "name another"
        raise PairdxError(f"{folder}: a folder without image files; {hint}")
    beside = next((folder / name for name in CAPTIONED if (folder / name).is_file()), None)
    return Source(text(folder), lambda: map(_file, _images(folder)), count, beside=beside)


def _images(folder: Path) -> Iterator[Path]:
    """The image files below a folder, sorted within each; what is hidden is left out."""
    for place, folders, files in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if Path(name).suffix.lower() in SUFFIXES and not name.startswith("."):
                yield Path(place, name)


def _refuse(error: OSError) -> NoReturn:
    raise PairdxError(f"{error.filename}: cannot be read ({error.strerror})") from None


def _csv(path: Path, root: Path) -> Source:
    try:
        with regular(path).open(encoding="utf-8-sig", newline="") as lines:
            head = lines.readline()
    except (OSError, UnicodeDecodeError) as error:
        _unreadable(path, error)
    delimiter = max(DELIMITERS, key=head.count)
    columns = next(csv.reader([head], delimiter=delimiter), [])
    _image_column(path, columns)
    rows = partial(_csv_rows, path, delimiter, root)
    return Source(text(path), rows, captioned="caption" in columns)


def _csv_rows(path: Path, delimiter: str, root: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines, restkey="", delimiter=delimiter, strict=True)
        reader.fieldnames  # noqa: B018 -- reads the header, whose lines are counted
        while True:
            place = f"{text(path)}: line {reader.reader.line_num + 1}"
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield _bad(place, f"not CSV ({error})")
                continue
            except UnicodeDecodeError as error:
                _unreadable(path, error)
            if cells is None:
                return
            if "" in cells or None in cells.values():
                yield _bad(place, "more or fewer cells than line 1")
            else:
                yield _row({key: unprotect(cell) for key, cell in cells.items()}, place, root)


def _parquet(path: Path, root: Path) -> Source:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(regular(path)) as file:
            columns, count = file.schema_arrow.names, file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        _unreadable(path, error)
    wanted = [_image_column(path, columns), *(one for one in ("id", "caption") if one in columns)]
    rows = partial(_parquet_rows, path, wanted, root)
    return Source(text(path), rows, count, captioned="caption" in columns)


def _parquet_rows(path: Path, columns: list[str], root: Path) -> Iterator[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, page_checksum_verification=True, **STREAMED) as file:
            batches = file.iter_batches(AT_ONCE, columns=columns)
            cells = chain.from_iterable(batch.to_pylist() for batch in batches)
            for number, values in enumerate(cells, start=1):
                yield _row(values, f"{text(path)}: row {number}", root)
    except (pa.ArrowException, OSError) as error:
        _unreadable(path, error)


def _json_lines(path: Path, root: Path) -> Source:
    try:
        regular(path)
    except OSError as error:
        _unreadable(path, error)
    rows = partial(_json_rows, text(path), lambda: path.open("rb"), root)
    return Source(text(path), rows, captioned=True)


def _json_rows(
    name: str, opened: Callable[[], AbstractContextManager[Iterable[bytes]]], root: Path
) -> Iterator[Row]:
    with opened() as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _json_row(line, f"{name}: line {number}", root)


def _json_row(line: bytes, place: str, root: Path) -> Row:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError) as error:
        return _bad(place, f"not JSON ({error})")
    if not isinstance(content, dict):
        return _bad(place, 'not of the form {"image": "path", "caption": "text"}')
    return _row(content, place, root)


TABLES: dict[str, Callable[[Path, Path], Source]] = {
    ".csv": _csv,
    ".tsv": _csv,
    ".parquet": _parquet,
    ".jsonl": _json_lines,
}


def _image_column(path: Path, columns: Iterable[str]) -> str:
    for name in IMAGE_COLUMNS:
        if name in columns:
            return name
    raise PairdxError(
        f"{path}: no column {' or '.join(IMAGE_COLUMNS)}; there are {', '.join(columns) or 'none'}"
    )


def _unreadable(path: Path, error: Exception) -> NoReturn:
    if isinstance(error, UnicodeDecodeError):
        raise PairdxError(f"{path}: not UTF-8; save it as 'CSV UTF-8'") from None
    reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
    raise PairdxError(f"{path}: cannot be read ({reason}); name a table") from error


def _row(cells: Mapping[str, Any], place: str, root: Path) -> Row:
    """A row of a table, whose image is a path, bytes, or ``{bytes, path}``."""
    path = next((cells[name] for name in IMAGE_COLUMNS if name in cells), None)
    data = None
    if isinstance(path, dict):
        data, path = path.get("bytes"), path.get("path")
    elif isinstance(path, bytes):
        data, path = path, None
    caption = cells.get("caption") or ""
    if not isinstance(caption, str):
        return _bad(place, f"caption = {caption!r}; text is needed")
    name = text(next(one for one in (cells.get("id"), path, place) if one not in (None, "")))
    caption = text(caption)
    if isinstance(data, bytes):
        return Row(name, f"{place}: {name}", caption, lambda: data)
    if not (path and isinstance(path, str)):
        return _bad(place, f"image = {path!r}; the path of one is needed")
    return Row(name, f"{place}: {text(path)}", caption, lambda: image_bytes(_within(root, path)))


def _within(root: Path, name: str) -> Path:
    """A path of a table, which may lead nowhere else than below ``root``, by no link either."""
    try:
        path = (root / name).resolve()
        if path.is_relative_to(root):
            return path
    except (OSError, RuntimeError, ValueError):  # a link to itself, a NUL
        raise PairdxError("cannot be read (no path of a file)") from None
    raise PairdxError(f"outside {root}; --root names the folder that paths may not leave")


def _bad(place: str, reason: str) -> Row:
    def refuse() -> bytes:
        raise PairdxError(reason)

    return Row(place, place, "", refuse)
