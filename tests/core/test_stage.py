"""How a stage script starts and ends."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from enum import StrEnum
from functools import partial
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


SCRIPT = """
from pathlib import Path
from pairdx.core.outputs import new_file
from pairdx.core.stage import run

def main(*, out: Path) -> str:
    with new_file(out) as partial:
        {work}
    return "done"

run(main)
"""


@pytest.fixture
def script(tmp_path):
    """Start a stage in a process of its own whose output is written by ``work``."""

    def begin(work, out="out", **options):
        (tmp_path / "stage.py").write_text(SCRIPT.format(work=work))
        command = [sys.executable, "stage.py", "--out", str(out)]
        return subprocess.Popen(
            command,
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    return begin


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stage_that_is_stopped_says_so_and_leaves_nothing(script, tmp_path, number):
    work = "partial.write_text('half'); print('begun', flush=True); import time; time.sleep(60)"
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell's `&` ignores it
    with script(work, preexec_fn=heard) as process:
        assert process.stdout.readline() == "begun\n"
        process.send_signal(number)
        _, told = process.communicate(timeout=30)
    assert told == "stage: stopped; `dvc repro` goes on from here\n"
    assert process.returncode == 130
    assert [path.name for path in tmp_path.iterdir()] == ["stage.py"]


@pytest.mark.skipif(not hasattr(os, "setsid"), reason="needs process groups")
@pytest.mark.parametrize(("under_dvc", "lives"), [({"DVC_STAGE": "stage"}, False), ({}, True)])
def test_a_stage_whose_dvc_is_killed_alone_stops(tmp_path, under_dvc, lives):
    """One that a person has started goes on without its shell."""
    work = "open('begun', 'w').close(); import time; time.sleep(3); partial.write_text('whole')"
    (tmp_path / "stage.py").write_text(SCRIPT.format(work=work))
    dvc = subprocess.Popen(
        [sys.executable, "-c", PARENT, sys.executable, "stage.py", "--out", "out"],
        cwd=tmp_path,
        env=os.environ | under_dvc,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (tmp_path / "begun").exists():
        assert dvc.poll() is None
        time.sleep(0.05)
    dvc.kill()
    told = dvc.communicate(timeout=60)[1]  # ends with the last that has its stderr: the stage
    assert (tmp_path / "out").exists() == lives
    assert told == ("" if lives else "stage: stopped; `dvc repro` goes on from here\n")
    assert not list(tmp_path.glob(".out.partial*"))


PARENT = "import subprocess, sys; subprocess.run(sys.argv[1:])"
WRITERS = {
    "text": "partial.write_text('x' * 3_000_000)",
    "torch": "import torch; torch.save(torch.zeros(750_000), partial)",
    "safetensors": (
        "from safetensors.numpy import save_file; import numpy; "
        "save_file({'a': numpy.zeros(750_000)}, partial)"
    ),
    "parquet": (
        "import numpy, pyarrow, pyarrow.parquet as pq; "
        "pq.write_table(pyarrow.table({'a': numpy.random.rand(400_000)}), partial)"
    ),
}


@pytest.fixture
def disk(tmp_path_factory):
    """Mount a disk of a megabyte."""
    folder = tmp_path_factory.mktemp("disk")

    def mount(options):
        command = ["mount", "-t", "tmpfs", "-o", f"size=1m,{options}", "pairdx-test", str(folder)]
        if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
            pytest.skip("no right to mount a small disk")
        return folder

    yield mount
    subprocess.run(["umount", str(folder)], capture_output=True)


def test_a_disk_that_cannot_be_written_is_told(script, disk):
    out = disk("ro") / "out"
    with script(WRITERS["text"], out) as process:
        _, told = process.communicate(timeout=60)
    assert told.startswith(f"error: {out.parent}")
    assert told.endswith(": Read-only file system; work on a disk that can be written\n")
    assert told.count("\n") == process.returncode == 1


@pytest.mark.parametrize("writer", WRITERS)
def test_a_full_disk_is_told_in_one_line_with_the_file(script, disk, writer):
    path = disk("rw") / "deep" / "out"
    with script(WRITERS[writer], path) as process:
        _, told = process.communicate(timeout=60)
    assert told == f"error: {path}: No space left on device; make room\n"
    assert process.returncode == 1
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("writer", ["text", "safetensors", "parquet"])
def test_a_limit_of_file_size_is_told_in_one_line(script, tmp_path, writer):
    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    with script(WRITERS[writer], preexec_fn=limited) as process:
        _, told = process.communicate(timeout=60)
    assert told == "error: out: File too large; raise the limit (ulimit -f)\n"
    assert process.returncode == 1
    assert [path.name for path in tmp_path.iterdir()] == ["stage.py"]
