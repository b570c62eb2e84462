"""How every script below stages/ starts and ends: options, a line of result, errors on one line."""

import inspect
import logging
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from time import perf_counter, sleep

import typer

from pairdx.core.errors import told_in_one_line
from pairdx.core.launch import first_process

STOPPED = 128 + signal.SIGINT  # as shells say it
LOOK = 0.5  # seconds between two looks at whether DVC is still there
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
    if "DVC_STAGE" in os.environ:
        Thread(target=_stop_with, args=(os.getppid(),), daemon=True).start()
    with told_in_one_line():
        typer.run(timed)


def _stop_with(dvc: int) -> None:
    """Stop this process when ``dvc`` is gone, even if it was killed: what runs next would meet it.

    A stage that a person has started lives on without its shell, as `nohup` wants it.
    """
    while os.getppid() == dvc:
        sleep(LOOK)
    os.kill(os.getpid(), signal.SIGTERM)


def _note(stage: str, seconds: float) -> None:
    """Keep how long a stage took: for `pairdx results`, no output of any stage."""
    SECONDS.parent.mkdir(parents=True, exist_ok=True)
    with SECONDS.open("a", encoding="utf-8") as file:
        file.write(f"{stage},{seconds:.1f}\n")
