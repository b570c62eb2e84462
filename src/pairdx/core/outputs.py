"""Files and folders that appear whole or not at all, with the same bytes for the same content.

A stage that is killed or fails half-way leaves no output behind that DVC or a reader could take
for a finished one: everything is written beside its final name and moved there at the end. Of
several processes that do the same, the first one's is kept.
"""

import errno
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pairdx.core.errors import PairdxError
from pairdx.core.launch import first_process

FULL = 2**20  # bytes free, below which a failure to write is put down to the disk


def _beside(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    process = "" if first_process() else os.environ["RANK"]
    return path.with_name(f".{path.name}.partial{process}")


@contextmanager
def _refusals_name(path: Path) -> Iterator[None]:
    """Say of an error that knows no file, such as a full disk's, that it was met writing ``path``.

    Libraries make of it what they like: Rust's and Arrow's have its number in their text, torch's
    has nothing, but then the disk is still full.
    """
    try:
        yield
    except PairdxError:
        raise
    except Exception as error:
        known = isinstance(error, OSError) and error.filename is not None
        found = re.search(r"\b(?:errno|os error) (\d+)", str(error), re.IGNORECASE)
        if not known and found:
            number = int(found[1])
        elif not known and shutil.disk_usage(path.parent).free < FULL:
            number = errno.ENOSPC
        else:
            raise
        raise OSError(number, os.strerror(number), str(path)) from error


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Yield a temporary path; it becomes ``path`` if the block ends well, and is removed if not."""
    partial = _beside(path)
    try:
        with _refusals_name(path):
            yield partial
            if first_process():
                partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield an empty temporary folder; it replaces ``path`` if the block ends well."""
    partial = _beside(path)
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        with _refusals_name(path):
            yield partial
            if first_process():
                shutil.rmtree(path, ignore_errors=True)
                partial.replace(path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with Unix line ends."""
    with new_file(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, content: object) -> None:
    """Write JSON as it reads best in a diff: indented, keys in the order given, no NaN."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
