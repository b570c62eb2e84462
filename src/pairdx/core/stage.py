"""How every script below stages/ starts and ends: options, a line of result, errors on one line."""

import inspect
import logging
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import typer

from pairdx.core.errors import told_in_one_line
from pairdx.core.launch import first_process

STOPPED = 128 + signal.SIGINT  # as shells say it
SECONDS = Path(".pairdx/seconds.csv")  # what each stage took here, the last line of a name counts


def run(main: Callable[..., str]) -> None:
    """Run ``main`` with its parameters taken from required ``--options`` of the same names.

    It returns what a person wants to know of the result, which ends the stage's output.
    """
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("pairdx").setLevel(logging.INFO if first_process() else logging.ERROR)
    signature = inspect.signature(main)
    options = [
        parameter.replace(default=typer.Option()) for parameter in signature.parameters.values()
    ]
    stage = os.environ.get("DVC_STAGE") or Path(sys.argv[0]).stem

    def timed(**arguments: object) -> None:
        start = perf_counter()
        try:
            result = main(**arguments)
        except KeyboardInterrupt:
            typer.echo(f"{stage}: stopped; `dvc repro` goes on from here", err=True)
            sys.exit(STOPPED)
        took = perf_counter() - start
        if first_process():
            typer.echo(f"{stage}: {result} ({took:.1f} s)")
            _note(stage, took)

    timed.__doc__ = main.__doc__
    timed.__signature__ = signature.replace(parameters=options)  # type: ignore[attr-defined]
    timed.__annotations__ = main.__annotations__ | {"return": None}
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # outputs are cleared up as after ^C
    with told_in_one_line():
        typer.run(timed)


def _note(stage: str, seconds: float) -> None:
    """Keep how long a stage took: for `pairdx results`, no output of any stage."""
    SECONDS.parent.mkdir(parents=True, exist_ok=True)
    with SECONDS.open("a", encoding="utf-8") as file:
        file.write(f"{stage},{seconds:.1f}\n")
