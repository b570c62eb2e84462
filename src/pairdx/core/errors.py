"""The one exception a user is meant to read, and how it is told."""

import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager


class PairdxError(Exception):
    """Bad input, said in one line: the file or field, its value, what is allowed, what to do.

    Stages and the command line print it without a traceback and exit with 1; anything else that
    escapes is a defect of ours and keeps its traceback.
    """


def shortened(reason: object) -> str:
    """Return what a library says, which may list every weight of a network, on one short line."""
    return textwrap.shorten(str(reason), 300, placeholder=" …")


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """Print a :class:`PairdxError` of the block as ``error: ...`` and exit with 1.

    Raises:
        SystemExit: there was one.
    """
    try:
        yield
    except PairdxError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(1)
