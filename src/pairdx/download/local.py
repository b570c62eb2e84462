"""``download.path``: a folder that may already hold a release, which is then not downloaded.

DVC watches the folder (it is a dependency of the stage), so it must be there even when it holds
nothing; what it holds is read and never changed.
"""

from pathlib import Path

from pairdx.core.errors import PairdxError

NOTE = "README.md"  # says in the folder itself what it is for


def local_release(path: Path) -> Path | None:
    """Return ``path`` if there is something in it, None if it is empty.

    Raises:
        PairdxError: there is no such folder.
    """
    if not path.is_dir():
        raise PairdxError(
            f"download.path = {str(path)!r}; no such folder: an existing one is needed, with the "
            "release's files in it, or empty, then they are downloaded"
        )
    held = [entry for entry in path.iterdir() if entry.name != NOTE and entry.name[0] != "."]
    return path if held else None
