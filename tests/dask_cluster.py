"""A dask cluster of this machine's processes, started by the commands that a person would type."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from closure import ROOT
from distributed import Client
from imports import importing

from pairdx.core.engine import SCHEDULER

HERE = ("--host", "127.0.0.1")  # else the address of this machine's network
IMPORTED = (str(ROOT / "src"), str(ROOT / "tests"))


class Cluster:
    """A scheduler and its workers; each worker is one process without a nanny, which stays dead."""

    def __init__(self, folder):
        self.folder = folder
        self.file = folder / "scheduler.json"
        self.started = []
        self.scheduler = self.start("scheduler", "--port", "0", *HERE)

    def start(self, *command, path=IMPORTED):
        """Start a process that imports from the folders of ``path``, too."""
        log = (self.folder / f"{len(self.started)}.log").open("w")
        environment = os.environ | {
            "PYTHONPATH": importing(*path),
            "OMP_NUM_THREADS": "1",
        }
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "dask",
                *command,
                "--scheduler-file",
                self.file,
                "--no-dashboard",
            ],
            cwd=self.folder,
            env=environment,
            stdout=log,
            stderr=log,
        )
        log.close()
        self.started.append(process)
        return process

    def worker(self, path=IMPORTED):
        """Start a worker."""
        return self.start("worker", "--no-nanny", "--nthreads", "1", *HERE, path=path)

    def wait(self, workers):
        """Wait until so many workers are there."""
        deadline = time.monotonic() + 60
        while not self.file.exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        with Client(scheduler_file=str(self.file), set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)

    def stop(self):
        """End what was started here."""
        for process in reversed(self.started):
            process.kill()
            process.wait()


@contextmanager
def cluster(folder, workers=2):
    """Start a cluster; it is gone after the block."""
    running = Cluster(folder)
    try:
        processes = [running.worker() for _ in range(workers)]
        if workers:
            running.wait(workers)
        yield running, processes
    finally:
        running.stop()


def used(monkeypatch, running):
    """Send work to a cluster for the rest of a test."""
    monkeypatch.setenv(SCHEDULER, str(running.file))


def note_and_square(folder: Path, number: int) -> int:
    """Take a while; leave a file that says which process did it."""
    (folder / f"{number}-{os.getpid()}").touch()
    time.sleep(0.05)
    return number * number


def kill_at(folder: Path, number: int) -> int:
    """Kill this process at 7, the first time."""
    if number == 7 and not (folder / "killed").exists():
        (folder / "killed").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def kill_always(number: int) -> int:
    """Kill this process."""
    os.kill(os.getpid(), signal.SIGKILL)
    return number
