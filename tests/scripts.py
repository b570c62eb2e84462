"""The scripts of stages, run in this process: imports are dear, and what they do is tested.

A test in which the process itself matters (it is killed, or `python stages/x.py` must start)
runs one of its own.
"""

import contextlib
import importlib.util
import io
import logging
import os
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

from closure import ROOT

from pairdx.core import stage


@dataclass(frozen=True)
class Done:
    """What a script left behind, in the words of `subprocess`."""

    returncode: int
    stdout: str
    stderr: str


@cache
def script(name: str) -> ModuleType:
    """Return `stages/NAME.py`, imported."""
    spec = importlib.util.spec_from_file_location(f"stage_{name}", ROOT / "stages" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(folder: Path, name: str, words: str) -> Done:
    """Run `python stages/NAME.py WORDS` in ``folder``."""
    said, told = io.StringIO(), io.StringIO()
    code: object = 0
    with _as_a_process(folder, name, words.split(), said, told):
        try:
            stage.run(script(name).main)
        except SystemExit as left:
            code = left.code or 0
    assert isinstance(code, int)
    return Done(code, said.getvalue(), told.getvalue())


@contextlib.contextmanager
def _as_a_process(folder, name, words, said, told):
    """Stand in ``folder`` with these arguments; put back what a script may change."""
    argv, hook, log = sys.argv, sys.excepthook, logging.getLogger("pairdx")
    level, handler = log.level, logging.StreamHandler(told)
    before = Path.cwd()
    log.addHandler(handler)
    sys.argv = [f"stages/{name}.py", *words]
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(told):
            yield
    finally:
        os.chdir(before)
        sys.argv, sys.excepthook = argv, hook
        log.removeHandler(handler)
        log.setLevel(level)
