"""``download.path``: a folder that may already hold a release, which is then not downloaded.

DVC watches the folder (it is a dependency of the stage), so it must be there even when it holds
nothing; what it holds is read and never changed.
"""

from pathlib import Path

from pairdx.core.checkout import kept
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
    # A copy of the project for an experiment has the folder and the note, the checkout the rest.
    for place in dict.fromkeys((path, kept(path))):
        if place.is_dir() and any(_counts(entry) for entry in place.iterdir()):
            return place
    return None


def _counts(entry: Path) -> bool:
    return entry.name != NOTE and not entry.name.startswith(".")
