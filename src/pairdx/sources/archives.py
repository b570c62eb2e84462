"""Images out of a release's zip files, read where they lie and never unpacked."""

import zipfile
import zlib
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self

from pairdx.core.errors import PairdxError

MAX_ENTRY_BYTES = 256 * 2**20  # MultiCaRe's images have 16 kB on average; a zip bomb has not


class Archives:
    """The zip files of one folder; each is opened at its first use and then kept open."""

    def __init__(self, raw: Path) -> None:
        self.raw = raw
        self._open: dict[str, zipfile.ZipFile] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for archive in self._open.values():
            archive.close()
        self._open.clear()

    def members(self, archive: str) -> frozenset[str]:
        """Return the names of the entries of ``archive``, whose list is checked and not kept.

        Raises:
            PairdxError: there is no such archive, it is cut short, or `check_zip` refuses it.
        """
        return check_zip(self.raw / archive)

    def read(self, archive: str, member: str) -> bytes:
        """Return the bytes of one entry.

        Raises:
            PairdxError: there is no such archive or entry, it is damaged, it is too large, or its
                name points out of the archive.
        """
        path = self.raw / archive
        if not is_safe(member):
            raise PairdxError(f"{path}: entry {member!r} is refused: a relative path is needed")
        handle = self._zip(archive)
        try:
            entry = handle.getinfo(member)
            _refuse_size(path, entry)
            return handle.read(entry)
        except KeyError:
            raise PairdxError(f"{path}: there is no entry {member!r}") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
            raise PairdxError(
                f"{path}: entry {member!r} is damaged ({error}); get the archive again"
            ) from error

    def _zip(self, archive: str) -> zipfile.ZipFile:
        if archive not in self._open:
            self._open[archive] = open_zip(self.raw / archive)
        return self._open[archive]


def open_zip(path: Path) -> zipfile.ZipFile:
    """Open a zip for reading; one that is missing or cut short is an error by name."""
    if path.suffix != ".zip":
        raise PairdxError(f"{path}: an archive's name must end in .zip")
    try:
        return zipfile.ZipFile(path)
    except FileNotFoundError:
        raise PairdxError(f"{path}: no such archive; the release is incomplete") from None
    except (zipfile.BadZipFile, OSError) as error:
        raise PairdxError(
            f"{path}: not a whole zip archive ({error}); a download that was cut short looks so: "
            "get it again"
        ) from error


def opened(raw: Path) -> Archives:
    """Return the archives of a folder, kept open while no file there is added or replaced.

    Reading the list of 100,000 entries takes longer than reading a chunk of images.
    """
    return _opened(raw, raw.stat().st_mtime_ns if raw.exists() else 0)


@lru_cache(maxsize=1)
def _opened(raw: Path, _: int) -> Archives:
    return Archives(raw)


def check_zip(path: Path) -> frozenset[str]:
    """Return the names of the entries, none of which points out of the archive or is a bomb.

    Raises:
        PairdxError: the archive is missing or cut short, or an entry is refused.
    """
    with open_zip(path) as archive:
        for entry in archive.infolist():
            _refuse_size(path, entry)
        return safe_names(path, archive)


def safe_names(path: Path, archive: zipfile.ZipFile) -> frozenset[str]:
    """Return the names of the entries; one that points out of the archive is an error."""
    names = archive.namelist()
    for name in names:
        if not is_safe(name):
            raise PairdxError(
                f"{path}: entry {name!r} points out of the archive; the whole archive is refused, "
                "get it from its publisher again"
            )
    return frozenset(names)


def _refuse_size(path: Path, entry: zipfile.ZipInfo) -> None:
    if entry.file_size > MAX_ENTRY_BYTES:
        raise PairdxError(
            f"{path}: entry {entry.filename!r} has {entry.file_size} bytes; at most "
            f"{MAX_ENTRY_BYTES} are read"
        )


def is_safe(name: str) -> bool:
    """Whether ``name`` stays below the folder it is relative to, on any system."""
    if ":" in name or "\0" in name:
        return False
    parts = name.replace("\\", "/").split("/")
    return parts[0] != "" and ".." not in parts and any(part not in ("", ".") for part in parts)
