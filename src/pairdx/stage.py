"""How every script below stages/ starts: paths from its arguments, errors on one line."""

import sys
from collections.abc import Callable

import typer

from pairdx.errors import PairdxError


def run(main: Callable[..., None]) -> None:
    """Run ``main`` with its ``Path`` parameters taken from ``--options`` of the same names."""
    try:
        typer.run(main)
    except PairdxError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(1)
