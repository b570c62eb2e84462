"""The one exception a user is meant to read, and how it is told."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 5.0  # seconds; torchrun looks after its processes ten times a second


def first_process() -> bool:
    """Whether this is the first, or the only one, of the processes that `torchrun` started."""
    return "TORCHELASTIC_RUN_ID" not in os.environ or os.environ["RANK"] == "0"


class PairdxError(Exception):
    """Bad input, said in one line: the file or field, its value, what is allowed, what to do.

    Stages and the command line print it without a traceback and exit with 1; anything else that
    escapes is a defect of ours and keeps its traceback.
    """


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """Print a :class:`PairdxError` of the block as ``error: ...`` and exit with 1.

    An error that all processes of `torchrun` have is told by the first, at whose end it stops the
    others; they wait for that.

    Raises:
        SystemExit: there was one.
    """
    try:
        yield
    except PairdxError as error:
        if not first_process():
            time.sleep(PATIENCE)
        sys.stderr.write(f"error: {error}\n")
        sys.exit(1)
