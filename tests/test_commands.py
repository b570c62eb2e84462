"""Every command of README.md and docs/ can be understood by the program that it calls.

Those that no comment leaves out are run as well, by `test_commands_run.py`.
"""

import importlib
import inspect
import re
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import scripts
import typer
from closure import ROOT
from documents import PAGES, blocks, console, spans, words
from dvc.cli.parser import get_main_parser
from pipeline import WRITTEN, items
from torch.distributed.run import get_args_parser

from pairdx.cli import app

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def understood(command: Any, arguments: list[str]) -> None:
    """Let a command of click read its arguments, down to the last subcommand."""
    arguments = [word for word in arguments if word != "--help"]
    command.make_context(command.name, list(arguments))
    if hasattr(command, "commands"):
        name = next(word for word in arguments if not word.startswith("-"))
        assert name in command.commands, name
        understood(command.commands[name], arguments[arguments.index(name) + 1 :])


def pairdx(*arguments: str) -> None:
    understood(typer.main.get_command(app), list(arguments))


def dvc(*arguments: str) -> None:
    """Understood, and of stages that there are."""
    read = get_main_parser().parse_args(arguments)
    if read.cmd in {"repro", "freeze", "exp"}:
        for name in getattr(read, "targets", None) or []:
            assert is_stage(name), name


def is_stage(name: str) -> bool:
    group, _, item = name.partition("@")
    return group in WRITTEN and (not item or item in dict(items(WRITTEN[group].get("foreach"))))


def python(script: str, *arguments: str) -> None:
    """A benchmark, a stage, or a module of Python's own."""
    path = ROOT / script
    if script == "-m":
        assert importlib.util.find_spec(arguments[0]), arguments[0]
    elif path.parent.name == "stages":
        wanted = inspect.signature(scripts.script(path.stem).main).parameters
        assert set(wanted) == {word[2:] for word in arguments if word.startswith("--")}
    else:
        assert path.parent.name == "benchmarks"
        module = importlib.import_module(path.stem)
        understood(typer.main.get_command(commands_of(module)), list(arguments))


def commands_of(module: Any) -> typer.Typer:
    """Return a benchmark's own, or those of `typer.run(main)`."""
    if hasattr(module, "app"):
        return module.app
    made = typer.Typer()
    made.command()(module.main)
    return made


def torchrun(*arguments: str) -> None:
    read = get_args_parser().parse_args(arguments)
    python(read.training_script, *read.training_script_args)


def dask(name: str, *arguments: str) -> None:
    module = importlib.import_module(f"distributed.cli.dask_{name}")
    understood(module.main, list(arguments))


def pip(*arguments: str) -> None:
    """Constraints that are there, and extras of ours that there are."""
    for name in re.findall(r"-c (\S+)", " ".join(arguments)):
        assert (ROOT / name).is_file(), name
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for named in re.findall(r"(?:\.|pairdx)\[([\w,]+)\]", " ".join(arguments)):
        assert set(named.split(",")) <= set(project["optional-dependencies"]), named


def make(target: str, *_: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, re.M), target


def git(name: str, *_: str) -> None:
    usage = subprocess.run(["git", name, "-h"], cwd=ROOT, capture_output=True)
    assert usage.returncode == 129, name  # as Git leaves after its usage


def anything(*_: str) -> None:
    """A program that is none of ours."""


CHECKS: dict[str, Callable[..., None]] = {
    "dask": dask,
    "dvc": dvc,
    "git": git,
    "make": make,
    "pairdx": pairdx,
    "pip": pip,
    "python": python,
    "python3.11": python,
    "torchrun": torchrun,
    **dict.fromkeys(["cp", "diff", "export", "find", "less", "sed", "source"], anything),
}


def check(line: str) -> None:
    for program, *arguments in words(line):
        assert program in CHECKS, f"{program}: say in tests/test_commands.py how it is checked"
        CHECKS[program](*arguments)


@every_page
def test_every_command_of_a_block_is_understood(page: Path) -> None:
    for block in console(page):
        for line in block.lines:
            check(line)


# A sentence may name a command, or one of its options, without the rest of it.
WHOLE = re.compile(r"(?!.*(\.\.\.|\$\(|--[\w-]+$))(dask|dvc|make|pairdx|pip|python) [\w-]+ \S")


@every_page
def test_every_command_in_a_sentence_is_understood(page: Path) -> None:
    for span in spans(page):
        if WHOLE.match(span) and "predict.py" not in span:  # which an export brings
            check(" ".join(span.split()))


@every_page
def test_blocks_of_commands_say_so(page: Path) -> None:
    """Else they would be checked by nobody; one that begins with `#!` is a file."""
    typed = re.compile(rf"^(\$ )?({'|'.join(CHECKS)}) ", re.M)
    for block in blocks(page):
        if block.language != "console" and not block.code.startswith("#!"):
            assert not typed.search(block.code), block.code


ABSENT = {"network", "minutes", "a server", "a cluster", "a person"}  # in a test


@every_page
def test_what_is_left_out_says_why(page: Path) -> None:
    for block in blocks(page):
        kind, _, rest = re.sub(r"^(needs:|run by) ", r"\1|", block.note).partition("|")
        if kind == "run by":
            runner = (ROOT / rest).read_text(encoding="utf-8")
            assert page.name in runner or all(line in runner for line in block.lines), rest
        else:
            assert not block.note or (kind == "needs:" and rest in ABSENT), block.note


def test_a_command_that_nobody_understands_is_told() -> None:
    """As it would stand in a page."""
    for line in (
        "pairdx nothing",
        "pairdx check --no-such-option",
        "dvc repro no_such_stage",
        "dvc exp run --no-such-option",
        "python benchmarks/leakage.py --no-such-option",
        "torchrun stages/train_fusion.py --pairs data/pairdx",
        "pip install 'pairdx[no_such_extra]'",
        "make nothing",
        "git no-such-command",
        "no_such_program",
    ):
        with pytest.raises((Exception, SystemExit)):
            check(line)
