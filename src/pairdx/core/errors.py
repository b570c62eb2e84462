"""The one exception a user is meant to read, and how it is told."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pairdx.core.launch import first_process

PATIENCE = 30.0  # seconds; on a busy machine a process takes some to end


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
