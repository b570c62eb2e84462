"""What a user is meant to read when a program ends early, and how it is told."""

import errno
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from pairdx.core.launch import first_process

PATIENCE = 30.0  # seconds; on a busy machine a process takes some to end
# What a machine refuses though nothing is wrong with the input, and what helps.
REFUSALS = {
    errno.ENOSPC: "make room",
    errno.EDQUOT: "make room in your quota",
    errno.EFBIG: "raise the limit (ulimit -f)",
    errno.EROFS: "work on a disk that can be written",
    errno.EACCES: "see who may read and write it",
    errno.EPERM: "see who may read and write it",
    errno.EIO: "see whether the disk is sound",
}


class PairdxError(Exception):
    """Bad input, said in one line: the file or field, its value, what is allowed, what to do.

    Stages and the command line print it without a traceback and exit with 1; anything else that
    escapes is a defect of ours and keeps its traceback.
    """

    def __init__(self, told: str) -> None:
        super().__init__(plain(told))


def plain(text: str) -> str:
    """Return ``text`` with line ends and all else that moves a terminal's cursor written out.

    What is told names cells, columns and keys as they came, from whoever wrote them.
    """
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def shortened(reason: object) -> str:
    """Return what a library says, which may list every weight of a network, on one short line."""
    return textwrap.shorten(str(reason), 300, placeholder=" …")


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """Print a :class:`PairdxError` of the block, or a refusal, as ``error: ...`` and exit with 1.

    An error that all processes of `torchrun` have is told by the first, at whose end it stops the
    others; they wait for that.

    Raises:
        SystemExit: there was one.
    """
    try:
        yield
    except PairdxError as error:
        _tell(str(error))
    except OSError as error:
        if error.errno not in REFUSALS:
            raise
        _tell(f"{error.filename}: {error.strerror}; {REFUSALS[error.errno]}")


def _tell(reason: str) -> NoReturn:
    if not first_process():
        time.sleep(PATIENCE)
    sys.stderr.write(f"error: {reason}\n")
    sys.exit(1)
