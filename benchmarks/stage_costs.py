"""What each stage of the pipeline costs: seconds and peak memory, as a Markdown table.

    python benchmarks/stage_costs.py

Runs every stage once more, as one `dvc repro --force` in the project of the current folder. A stage
lasts until the next one starts: DVC's own work on it is counted. Memory is that of the largest
process, as the operating system counted it. `rehearsal.py` measures with the same `Costs`.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import psutil
import typer

POLL = 0.2  # seconds between two looks at the processes
STARTS = re.compile(r"Running stage '([^']+)")


@dataclass
class Cost:
    """What one stage took. Beside other work, CPU seconds hold and seconds do not."""

    stage: str
    seconds: float = 0.0
    cpu: float = 0.0  # seconds, user and system, of all processes
    largest: int = 0  # bytes that the largest process had at most
    together: int = 0  # bytes that all processes had at once, shared pages counted once


class Costs:
    """The costs of a pipeline that goes on, stage by stage; ``ended`` is told each."""

    def __init__(self, ended: Callable[[Cost], None]) -> None:
        self._now: Cost | None = None
        self._ended = ended
        self._since, self._cpu = time.perf_counter(), 0.0

    def enter(self, stage: str | None, cpu: float) -> None:
        """Say that a stage starts, or None at the end; the one before it has ended.

        Args:
            stage: its name.
            cpu: seconds of CPU that the pipeline has used so far.
        """
        at = time.perf_counter()
        if self._now:
            self._now.seconds, self._now.cpu = at - self._since, cpu - self._cpu
            self._ended(self._now)
        self._now = Cost(stage) if stage else None
        self._since, self._cpu = at, cpu

    def watch(self, pid: int, done: Event) -> None:
        """Look at the processes of the stage now and then."""
        while not done.wait(POLL):
            if now := self._now:
                children = [child.pid for child in psutil.Process(pid).children(recursive=True)]
                now.largest = max(now.largest, *map(peak, children), 0)
                now.together = max(now.together, sum(map(share, children)))


def peak(pid: int) -> int:
    """The most memory that a process has had, in bytes; 0 if it is gone."""
    return _kilobytes(f"/proc/{pid}/status", "VmHWM")


def share(pid: int) -> int:
    """The memory of a process in bytes, its part of what it shares with others."""
    return _kilobytes(f"/proc/{pid}/smaps_rollup", "Pss")


def _kilobytes(path: str, name: str) -> int:
    try:
        found = re.search(rf"^{name}:\s+(\d+)", Path(path).read_text(encoding="utf-8"), re.M)
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def run_watched(command: Sequence[str], ended: Callable[[Cost], None]) -> None:
    """Run `dvc repro ...` here, and tell ``ended`` the cost of every stage that ran.

    Raises:
        SystemExit: it failed.
    """
    costs, done = Costs(ended), Event()
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    watcher = Thread(target=costs.watch, args=(process.pid, done))
    watcher.start()
    for line in process.stdout or ():
        print(line, end="", file=sys.stderr)
        if starts := STARTS.match(line):
            times = psutil.Process(process.pid).cpu_times()
            costs.enter(starts[1], sum(times[:4]))  # its own and its ended children's
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    done.set()
    watcher.join()
    if status:
        raise SystemExit(f"{' '.join(command)} failed")
    costs.enter(None, usage.ru_utime + usage.ru_stime)


@dataclass
class Once:
    """What one script said and cost."""

    said: str
    seconds: float
    cpu: float  # seconds, user and system, with its children
    peak: int  # bytes that the largest process had at most


def run_once(arguments: Sequence[str], folder: Path) -> Once:
    """Run Python in ``folder``.

    Raises:
        SystemExit: it failed.
    """
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=folder, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout as output:
        said = output.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if status:
        raise SystemExit(f"{' '.join(arguments)} failed")
    took, cpu = time.perf_counter() - start, usage.ru_utime + usage.ru_stime
    return Once(said, took, cpu, usage.ru_maxrss * 1024)  # Linux counts kB


def main() -> None:
    """Run every stage once more; print one row a stage, those of one `foreach` together."""
    stages: dict[str, list[Cost]] = {}

    def note(cost: Cost) -> None:
        stages.setdefault(cost.stage.partition("@")[0], []).append(cost)

    run_watched(["dvc", "repro", "--force"], note)
    print("| Stage | Runs | Seconds | Peak memory |\n|---|---:|---:|---:|")
    for stage, costs in stages.items():
        seconds, largest = sum(cost.seconds for cost in costs), max(cost.largest for cost in costs)
        print(f"| `{stage}` | {len(costs)} | {seconds:.0f} | {largest / 1e9:.1f} GB |")
    every = [cost for costs in stages.values() for cost in costs]
    print(f"| all | {len(every)} | {sum(cost.seconds for cost in every):.0f} | |")


if __name__ == "__main__":
    typer.run(main)
