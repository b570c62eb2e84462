"""Where lies what no stage makes: weights, downloads, checkpoints, what a scan has found.

`dvc exp run --temp` and `--queue` run in copies of the project below ``.dvc/tmp/exps``, which hold
what Git and DVC know and nothing else. For all of them and the checkout that they were made from
there is one place: a relative path is meant from that checkout.
"""

from pathlib import Path

COPIES = (".dvc", "tmp", "exps")  # where DVC puts them


def kept(path: str | Path) -> Path:
    """Return where ``path`` is kept: as it is if absolute (or ``~``), else from the checkout.

    A path that comes out relative is meant from the current folder, as ever.
    """
    return main_checkout(Path.cwd()) / Path(path).expanduser()


def main_checkout(here: Path) -> Path:
    """Return the checkout that ``here`` is a copy of, or the current folder."""
    parts = here.parts
    for at in range(len(parts) - len(COPIES), 0, -1):
        if parts[at : at + len(COPIES)] == COPIES:
            return Path(*parts[:at])
    return Path()
