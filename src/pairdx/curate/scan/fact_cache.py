"""What the expensive networks found in an image, kept between runs.

A scan of the whole release takes hours: one that is killed, or repeated after pairs were added,
takes from here what it knows already. This is no output: the same facts come out with and without
it, so it is DVC's business neither to store nor to check it, and it may be deleted at any time.
"""

import errno
import json
import os
import sqlite3
from hashlib import sha256
from pathlib import Path
from typing import Any

from pairdx.core.errors import PairdxError

FILE = "facts.sqlite"
COPIED = ".copy.sqlite"  # ends the name of a copy
WAIT = 60  # seconds for another worker that is just writing
REFUSED = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_IOERR: errno.EIO,
    sqlite3.SQLITE_PERM: errno.EACCES,
}

Fact = tuple[Any, tuple[object, ...]]  # what was found, and its key


class FactCache:
    """Facts by key, in one SQLite file that several processes may read and write.

    Every fact is its own transaction: a process that is killed loses the one it was working on.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / FILE
        try:
            self._database = sqlite3.connect(self.path, timeout=WAIT, isolation_level=None)
            self._database.execute("PRAGMA journal_mode = WAL")  # readers need not wait
            self._database.execute("PRAGMA synchronous = NORMAL")
            self._database.execute(
                "CREATE TABLE IF NOT EXISTS facts (key BLOB PRIMARY KEY, found TEXT) WITHOUT ROWID"
            )
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def get(self, *key: object) -> Any | None:  # noqa: ANN401  whatever JSON holds
        """Return the facts of ``key``, None if they are not known."""
        try:
            row = self._database.execute(
                "SELECT found FROM facts WHERE key = ?", (_digest(key),)
            ).fetchone()
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        return None if row is None else json.loads(row[0])

    def put(self, found: Any, *key: object) -> None:  # noqa: ANN401
        """Keep facts, which JSON must be able to hold."""
        try:
            self._database.execute(
                "INSERT OR REPLACE INTO facts VALUES (?, ?)", (_digest(key), json.dumps(found))
            )
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def take_new(self) -> list[Fact]:
        """Return the facts that were put since this was last called, and are not in the file."""
        return []

    def copy(self, path: Path) -> None:
        """Write what is known to a file that a :class:`FactCopy` reads."""
        try:
            self._database.execute("VACUUM INTO ?", (str(path),))
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def __len__(self) -> int:
        """Return how many facts are known."""
        count: int = self._database.execute("SELECT count(*) FROM facts").fetchone()[0]
        return count

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _unusable(self, error: sqlite3.Error) -> Exception:
        """Say to delete what is damaged; of what the disk refuses, the file may well be whole."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if number := REFUSED.get(code):
            return OSError(number, os.strerror(number), str(self.path))
        return PairdxError(f"{self.path}: the scan's cache cannot be used ({error}); delete it")


class FactCopy(FactCache):
    """A copy that many machines read and nobody writes; what is put waits for `take_new`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._new: list[Fact] = []
        # A cluster's worker has several threads, of which one at a time comes here.
        self._database = sqlite3.connect(
            f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )

    def put(self, found: Any, *key: object) -> None:  # noqa: ANN401
        """Keep facts until they are taken."""
        self._new.append((found, key))

    def take_new(self) -> list[Fact]:
        """See :class:`FactCache`."""
        new, self._new = self._new, []
        return new


def open_facts(place: Path) -> FactCache:
    """Open a cache by its folder, or a copy of one by its file."""
    return FactCopy(place) if place.name.endswith(COPIED) else FactCache(place)


def _digest(key: tuple[object, ...]) -> bytes:
    return sha256(json.dumps(key).encode()).digest()
