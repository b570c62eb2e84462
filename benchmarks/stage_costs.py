"""What each stage of the pipeline costs: seconds and peak memory, as a Markdown table.

    python benchmarks/stage_costs.py

Runs every stage once more, as one `dvc repro --force` in the project of the current folder. A stage
lasts until the next one starts: DVC's own work on it is counted. Memory is that of the largest
process, as the operating system counted it.
"""

import os
import re
import subprocess
import time
from collections import Counter, defaultdict
from pathlib import Path
from threading import Event, Thread

import psutil
import typer

POLL = 0.2  # seconds between two looks at the processes
STARTS = re.compile(r"Running stage '([^'@]+)")


class Costs:
    """Seconds, runs and peak memory by stage, of a pipeline that goes on."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.runs = Counter[str]()
        self.peaks = Counter[str]()  # kB
        self._now, self._since = "", time.perf_counter()

    def enter(self, stage: str) -> None:
        """Say that a stage starts; the one before it has ended."""
        at = time.perf_counter()
        if self._now:
            self.seconds[self._now] += at - self._since
            self.runs[self._now] += 1
        self._now, self._since = stage, at

    def watch(self, pid: int, done: Event) -> None:
        """Look at the processes of the stage now and then."""
        while not done.wait(POLL):
            for child in psutil.Process(pid).children(recursive=True):
                self.peaks[self._now] = max(self.peaks[self._now], peak(child.pid))


def peak(pid: int) -> int:
    """The most memory that a process has had, in kB; 0 if it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    found = re.search(r"^VmHWM:\s+(\d+)", status, re.MULTILINE)
    return int(found[1]) if found else 0


def main() -> None:
    """Run every stage once more; print one row a stage, those of one `foreach` together."""
    costs, done = Costs(), Event()
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        ["dvc", "repro", "--force"], stdout=subprocess.PIPE, text=True, env=environment
    )
    watcher = Thread(target=costs.watch, args=(process.pid, done))
    watcher.start()
    for line in process.stdout or ():
        if starts := STARTS.match(line):
            costs.enter(starts[1])
    done.set()
    watcher.join()
    if process.wait():
        raise SystemExit("dvc repro --force failed")
    costs.enter("")
    print("| Stage | Runs | Seconds | Peak memory |\n|---|---:|---:|---:|")
    for stage, seconds in costs.seconds.items():
        runs, peak_gb = costs.runs[stage], costs.peaks[stage] / 1e6
        print(f"| `{stage}` | {runs} | {seconds:.0f} | {peak_gb:.1f} GB |")
    print(f"| all | {costs.runs.total()} | {sum(costs.seconds.values()):.0f} | |")


if __name__ == "__main__":
    typer.run(main)
