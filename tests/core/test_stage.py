"""How a stage script starts and ends."""

import sys
from enum import StrEnum
from pathlib import Path

import pytest

from pairdx.core.errors import PairdxError
from pairdx.core.stage import run


class Colour(StrEnum):
    red = "red"


@pytest.fixture
def start(monkeypatch):
    """Run `main` as a script with these arguments; return its exit code."""

    def call(main, *arguments):
        monkeypatch.setattr(sys, "argv", ["stage.py", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            run(main)
        return end.value.code

    return call


def test_parameters_are_options(start):
    seen = {}

    def main(*, pairs: Path, colour: Colour, model: list[Path]) -> None:
        """Do it."""
        seen.update(pairs=pairs, colour=colour, model=model)

    code = start(main, "--model", "a", "--pairs", "p", "--colour", "red", "--model", "b")
    assert code == 0
    assert seen == {"pairs": Path("p"), "colour": Colour.red, "model": [Path("a"), Path("b")]}


def test_every_option_is_required(start, capsys):
    def main(*, pairs: Path, out: Path) -> None:
        raise AssertionError("must not run")

    assert start(main, "--pairs", "p") == 2
    assert "--out" in capsys.readouterr().err
    assert start(main, "p", "o") == 2  # options only


def test_the_docstring_is_the_help(start, capsys):
    def main(*, out: Path) -> None:
        """Draw the sample."""

    assert start(main, "--help") == 0
    told = capsys.readouterr().out
    assert "Draw the sample." in told
    assert "--out" in told


def test_a_users_error_is_one_line(start, capsys):
    def main(*, out: Path) -> None:
        raise PairdxError(f"{out}: no such file")

    assert start(main, "--out", "o") == 1
    told = capsys.readouterr()
    assert told.err == "error: o: no such file\n"
    assert told.out == ""


def test_a_defect_keeps_its_traceback(monkeypatch):
    def main(*, out: Path) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(sys, "argv", ["stage.py", "--out", "o"])
    with pytest.raises(ZeroDivisionError):
        run(main)
