"""What others wrote: files whose reading ends, and JSON of a known form or none."""

import errno
import reprlib
import stat
from pathlib import Path
from typing import TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from pairdx.core.errors import PairdxError

T = TypeVar("T")
STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)  # of a form


def regular(path: Path) -> Path:
    """Return ``path`` if it is a file on a disk: a FIFO or a device may make its reader wait.

    Raises:
        OSError: it is something else, or nothing.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return path


def read_json(path: Path, form: type[T], noun: str, remedy: str) -> T:
    """Read a JSON file into ``form``, a class that pydantic knows how to fill.

    Args:
        path: the file.
        form: what it must hold.
        noun: what such a file is called.
        remedy: what to do where it is none.

    Raises:
        PairdxError: there is no such file, it cannot be read, or it is of another form.
    """
    try:
        text = regular(path).read_bytes()
    except FileNotFoundError:
        raise PairdxError(f"{path}: no such file; {remedy}") from None
    except OSError as error:
        raise PairdxError(f"{path}: cannot be read ({error.strerror}); {remedy}") from None
    try:
        return TypeAdapter(form).validate_json(text)
    except ValidationError as error:
        raise PairdxError(f"{path}: not {noun} ({fault(error)}); {remedy}") from None


def fault(error: ValidationError) -> str:
    """Say the first thing that is wrong: where, the value, what is allowed."""
    detail = error.errors(include_url=False)[0]
    where = ".".join(map(str, detail["loc"]))
    if detail["type"] == "missing":
        return f"{where} is missing"
    what = detail["msg"].removeprefix("Value error, ")
    return f"{where} = {reprlib.repr(detail['input'])}; {what}" if where else what
