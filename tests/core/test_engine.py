"""Chunks in order, on this machine and on a cluster, whatever dies."""

import operator
import os
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import psutil
import pytest
from closure import ROOT
from dask_cluster import IMPORTED, cluster, kill_always, kill_at, note_and_square, used
from imports import importing

from pairdx.core.engine import AHEAD, SCHEDULER, map_chunks
from pairdx.core.errors import PairdxError

SQUARES = [number * number for number in range(40)]
square = partial(pow, exp=2)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with cluster(tmp_path_factory.mktemp("cluster")) as (running, _):
        yield running


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_chunks(tmp_path, workers):
    work = partial(note_and_square, tmp_path)
    assert list(map_chunks(work, range(40), workers)) == SQUARES
    processes = {path.name.split("-")[1] for path in tmp_path.iterdir()}
    assert (str(os.getpid()) in processes) == (workers == 1)


def test_a_cluster_gives_them_in_order_too(tmp_path, monkeypatch, running):
    used(monkeypatch, running)
    assert list(map_chunks(partial(note_and_square, tmp_path), range(40), workers=1)) == SQUARES
    processes = {path.name.split("-")[1] for path in tmp_path.iterdir()}
    assert len(processes) == 2
    assert str(os.getpid()) not in processes


@pytest.mark.parametrize("where", ["here", "cluster"])
def test_few_chunks_are_in_memory(monkeypatch, request, where):
    if where == "cluster":
        used(monkeypatch, request.getfixturevalue("running"))
    asked = []
    results = map_chunks(square, (asked.append(number) or number for number in range(200)), 2)
    for done in range(50):
        assert next(results) == done * done
        assert len(asked) - done <= 2 * AHEAD
    results.close()


def test_an_error_of_the_function_is_raised_as_it_was(monkeypatch, running):
    used(monkeypatch, running)
    with pytest.raises(ZeroDivisionError):
        list(map_chunks(partial(operator.floordiv, 1), range(5)))


def test_a_process_that_is_killed_is_told_of(tmp_path):
    with pytest.raises(PairdxError, match="one of 2 worker processes was killed"):
        list(map_chunks(kill_always, range(5), workers=2))


def ended(pid):
    """Gone, or waiting for a parent that does not look."""
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_workers_end_with_the_process_that_started_them(tmp_path):
    """Else they would wait for ever for a parent that was killed."""
    code = (
        "from functools import partial; from pathlib import Path\n"
        "from dask_cluster import note_and_square; from pairdx.core.engine import map_chunks\n"
        "if __name__ == '__main__':\n"
        f"    list(map_chunks(partial(note_and_square, Path({str(tmp_path)!r})), range(9999), 2))\n"
    )
    (tmp_path / "main.py").write_text(code)
    environment = os.environ | {"PYTHONPATH": importing(*IMPORTED)}
    process = subprocess.Popen([sys.executable, tmp_path / "main.py"], env=environment)
    workers = wait_for(lambda: {int(p.name.split("-")[1]) for p in tmp_path.glob("*-*")}, 2)
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_for(lambda: [pid for pid in workers if ended(pid)], 2)


def wait_for(look, count):
    deadline = time.monotonic() + 60
    while len(found := look()) < count:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def test_a_cluster_that_loses_a_worker_loses_nothing(tmp_path, monkeypatch):
    with cluster(tmp_path) as (running, processes):
        used(monkeypatch, running)
        assert list(map_chunks(partial(kill_at, tmp_path), range(40))) == SQUARES
        assert (tmp_path / "killed").exists()
        assert sorted(process.poll() or 0 for process in processes) == [-signal.SIGKILL, 0]


def refusal(work=square, chunks=5):
    with pytest.raises(PairdxError) as caught:
        list(map_chunks(work, range(chunks)))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:{port}", "127.0.0.1:{port}", "nonsense://x"])
def test_a_scheduler_that_does_not_answer(monkeypatch, address):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setattr("pairdx.core.engine.TIMEOUT", 1)
    monkeypatch.setenv(SCHEDULER, address.format(port=port))
    assert "no scheduler answers" in refusal()


def test_a_scheduler_file_that_is_not_there(monkeypatch, tmp_path):
    monkeypatch.setenv(SCHEDULER, str(tmp_path / "scheduler.json"))
    assert refusal().endswith("no such file; start `dask scheduler`")


def other_pairdx(folder, code):
    """A folder to import from, in which pairdx is another one."""
    target = folder / "other"
    if code is None:  # as if it were not installed
        target.mkdir()
        error = "raise ModuleNotFoundError(\"No module named 'pairdx'\", name='pairdx')"
        (target / "pairdx.py").write_text(error)
        return str(target)
    subprocess.run(["cp", "-r", ROOT / "src", target], check=True)
    changed = target / "pairdx/core/errors.py"
    changed.write_text(changed.read_text() + code)
    return str(target)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (None, "cannot import pairdx (No module named 'pairdx'); install there what is"),
        ("# another version\n", "install the same on both, and start the workers again"),
    ],
)
def test_a_worker_with_another_pairdx(tmp_path, monkeypatch, code, told):
    with cluster(tmp_path, workers=0) as (running, _):
        running.worker(path=[other_pairdx(tmp_path, code)])
        running.wait(1)
        used(monkeypatch, running)
        assert told in refusal()


def test_workers_without_the_project_s_folder(tmp_path, monkeypatch, running):
    used(monkeypatch, running)
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    monkeypatch.setattr(Path, "cwd", lambda: tmp_path / "gone")
    assert f"there is no folder {tmp_path / 'gone'}" in refusal()


def test_a_chunk_that_kills_every_worker(tmp_path, monkeypatch):
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "1")
    with cluster(tmp_path) as (running, _):
        used(monkeypatch, running)
        told = refusal(kill_always, chunks=1)
        assert "several workers in a row died at the same chunk" in told


def test_a_scheduler_that_dies(tmp_path, monkeypatch):
    with cluster(tmp_path) as (running, _):
        used(monkeypatch, running)
        results = map_chunks(partial(note_and_square, tmp_path), range(400))
        next(results)
        running.scheduler.kill()
        with pytest.raises(PairdxError, match="the scheduler is gone; start it and run again"):
            list(results)
