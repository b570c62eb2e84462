"""How every script below stages/ starts: its parameters as options, its errors on one line."""

import inspect
import logging
import sys
from collections.abc import Callable

import typer

from pairdx.core.errors import PairdxError


def run(main: Callable[..., None]) -> None:
    """Run ``main`` with its parameters taken from required ``--options`` of the same names."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("pairdx").setLevel(logging.INFO)
    signature = inspect.signature(main)
    options = [
        parameter.replace(default=typer.Option()) for parameter in signature.parameters.values()
    ]
    main.__signature__ = signature.replace(parameters=options)  # type: ignore[attr-defined]
    try:
        typer.run(main)
    except PairdxError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(1)
