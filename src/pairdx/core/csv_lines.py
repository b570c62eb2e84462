r"""CSV with Unix line ends, of which every cell reads back as it was.

Python's writer quotes a cell for the characters of its own line end alone: with ``\n`` it leaves a
carriage return bare (before 3.13), which readers take for the end of a row. So it is given both,
and what reaches the file ends in one.
"""

import csv
import io
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    import pandas as pd

BOTH = "\r\n"


class _UnixLines(io.TextIOBase):
    """Passes rows on to a file; a writer hands over one a call."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, row: str) -> int:
        return self._file.write(row.removesuffix(BOTH) + "\n")


def csv_writer(file: TextIO) -> Any:  # noqa: ANN401 (the csv module's writer has no public type)
    """Return a ``csv.writer`` to a file that was opened with ``newline=""``."""
    return csv.writer(_UnixLines(file), lineterminator=BOTH)


def to_csv(frame: "pd.DataFrame") -> str:
    """Return a frame's columns as CSV, without its index."""
    text = io.StringIO()
    frame.to_csv(_UnixLines(text), index=False, lineterminator=BOTH)
    return text.getvalue()
