"""The files of a release whose layout is not known: by name, in folders and in zips alike."""

from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Self

from pairdx.core.errors import PairdxError
from pairdx.sources.archives import MAX_ENTRY_BYTES, Archives, open_zip, safe_names


class Gallery:
    """Finds a file by its path, by the end of its path, by its name, or by its stem."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        """Look into the zips among ``files``, which are given by their names in the release.

        Raises:
            PairdxError: a zip is not whole, or has entries that point out of it.
        """
        self._places: dict[str, tuple[Path, str | None]] = {}  # file; entry, of a zip
        for name, path in files.items():
            if path.suffix.lower() == ".zip":
                folder = PurePosixPath(name).parent
                with open_zip(path) as archive:
                    for member in safe_names(path, archive):
                        self._add(str(folder / member), path, member)
            else:
                self._add(name, path, None)
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self._places):
            self._by_name[PurePosixPath(name).name.lower()].append(name)
            self._by_stem[PurePosixPath(name).stem.lower()].append(name)
        self._stack = ExitStack()
        self._open: dict[Path, Archives] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def _add(self, name: str, path: Path, member: str | None) -> None:
        parts = PurePosixPath(name).parts
        hidden = any(part.startswith((".", "__MACOSX")) for part in parts)
        if not hidden and not (member or "").endswith("/"):
            self._places.setdefault(name, (path, member))

    def names(self, ending: str) -> list[str]:
        """Return the names, sorted, that end in ``ending``, whatever the case."""
        return [name for name in sorted(self._places) if name.lower().endswith(ending)]

    def find(self, wanted: str) -> list[str]:
        """Return the names that ``wanted`` may mean: one if it is clear, none if it is not there.

        A name without its folder or its ending is enough where no other file has it.
        """
        wanted = wanted.strip().replace("\\", "/").removeprefix("./")
        if wanted in self._places:
            return [wanted]
        lower = wanted.lower()
        named = self._by_name.get(PurePosixPath(lower).name, [])
        ending = [name for name in named if name.lower().endswith(f"/{lower}")]
        return ending or named or self._by_stem.get(PurePosixPath(lower).name, [])

    def read(self, name: str) -> bytes:
        """Return the bytes of the file that `find` or `names` has called ``name``."""
        path, member = self._places[name]
        if member is None:
            if path.stat().st_size > MAX_ENTRY_BYTES:
                raise PairdxError(f"{path}: more than {MAX_ENTRY_BYTES} bytes")
            return path.read_bytes()
        if path not in self._open:
            self._open[path] = self._stack.enter_context(Archives(path.parent))
        return self._open[path].read(path.name, member)
