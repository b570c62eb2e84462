"""An image that a person names, as encoded bytes."""

from pathlib import Path

from pairdx.core.decode import MAX_MEGAPIXELS, UndecodableError, decode
from pairdx.core.errors import PairdxError
from pairdx.core.inputs import regular
from pairdx.sources.archives import MAX_ENTRY_BYTES


def image_bytes(path: Path) -> bytes:
    """Read an image file without decoding it.

    Raises:
        PairdxError: it cannot be read, is no file on a disk, or too large; the message is the
            reason alone.
    """
    try:
        if (size := regular(path).stat().st_size) > MAX_ENTRY_BYTES:
            raise PairdxError(f"{size} bytes; at most {MAX_ENTRY_BYTES} are read")
        return path.read_bytes()
    except OSError as error:
        raise PairdxError(f"cannot be read ({error.strerror})") from None
    except ValueError:  # a name with a NUL
        raise PairdxError("cannot be read (no name of a file)") from None


def fault_of(data: bytes) -> str | None:
    """Why the pipeline's decoder refuses an image; None: it does not."""
    try:
        decode(data, MAX_MEGAPIXELS)
    except UndecodableError as error:
        return str(error)
    return None
