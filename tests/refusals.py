"""What a function refuses, and in which words."""

from pairdx.core.errors import PairdxError


def refusal(work, *of):
    """Do it; return what is told where it is refused, else None. Any other error is one."""
    try:
        work(*of)
    except PairdxError as error:
        return str(error)
    return None
