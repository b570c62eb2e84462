"""Kill every stage of the pipeline at random moments, run it on, and compare with a quiet run.

    python benchmarks/failure_drill.py --scratch /tmp/drill
    python benchmarks/failure_drill.py --scratch /tmp/drill --seed 2 --until split

Two clones of this project's last commit with an empty cache each and small params (a pipeline of
two minutes). One `dvc repro` is left alone. In the other clone each stage is killed once, a long
one three times, at a moment drawn from what it took in the first: the whole process group, or one
process of it (DVC, the stage, a worker) alone; by SIGKILL, SIGTERM or SIGINT. After each kill
`dvc repro` is started again and nothing else is done. At the end

- no process of any run is left,
- dvc.lock names the same hashes, times aside,
- Git sees the same files, and nothing half-written lies about.

The drill fails if one of these does not hold, or if a run fails that was not killed.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Annotated, Any

import psutil
import typer
import yaml
from dvc.utils.serialize import modify_yaml
from stage_costs import STARTS

TOP = Path(__file__).parents[1]
SETTINGS: dict[str, Any] = {
    "intervals.resamples": 100,
    "download.sample_images": 600,
    "scan.workers": 2,
    "balance.cap_per_class": 24,
    "leakage.repeats": 1,
    "word_vectors.epochs": 2,
    "classifier.epochs": 2,
    "pairdx_clip.epochs": 2,
    "pretrain_clip.epochs": 2,
    "clinvla.epochs": 2,
    "clinvla.classify_epochs": 1,
    "robustness.pairs": 6,
    "benchmark_cpu.pairs": 2,
    "benchmark_cpu.warmup": 1,
    "audit_labels.folds": 3,
    "audit_labels.trees": 20,
    "label_sheet.doubtful": 5,
    "label_sheet.drawn": 5,
    "explain.pairs": 4,
    "explain.cases": 1,
}
MARK = "PAIRDX_DRILL"  # in the environment of all that a run starts
LONG = 8.0  # seconds, from which a stage is killed so often:
TIMES = 3
PATIENCE = 30.0  # seconds until what was killed must be gone
HANGS = 600.0  # seconds without a word, after which a run counts as hanging
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)


class DrillError(Exception):
    """What the pipeline promised does not hold."""


class Run:
    """One `dvc repro`: what it says, line by line, and the processes that it started."""

    def __init__(self, project: Path, name: str, until: Sequence[str]) -> None:
        self.name, self.said = name, ""
        environment = {**os.environ, MARK: name, "PYTHONPATH": str(project / "src")}
        environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.process = subprocess.Popen(
            ["dvc", "repro", *until],
            cwd=project,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._lines: Queue[str | None] = Queue()
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self._lines.put(line)
        self._lines.put(None)

    def stages(self) -> Iterator[str]:
        """Yield the name of each stage as it starts, until the run ends."""
        while (line := self._next(HANGS)) is not None:
            if found := STARTS.search(line):
                yield found[1]
        self.process.wait()

    def quiet_for(self, seconds: float) -> bool:
        """Whether no stage starts and the run does not end in that time; what is said is kept."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            try:
                line = self._lines.get(timeout=left)
            except Empty:
                return True
            if line is None or STARTS.search(line):
                self._lines.queue.appendleft(line)
                return False
            self.said += line
        return True

    def _next(self, seconds: float) -> str | None:
        try:
            line = self._lines.get(timeout=seconds)
        except Empty:
            raise DrillError(f"{self.name}: not a word for {seconds:g} s:\n{self.said}") from None
        self.said += line or ""
        return line

    def processes(self) -> list[psutil.Process]:
        """Return all that this run has started and that still runs, whoever its parent is now."""
        found = []
        for process in psutil.process_iter():
            try:
                marked = process.environ().get(MARK) == self.name
                if marked and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return found

    def wait_until_gone(self) -> None:
        """Wait for the end of all its processes.

        Raises:
            DrillError: one lives on.
        """
        until = time.monotonic() + PATIENCE
        while left := self.processes():
            if time.monotonic() > until:
                told = "; ".join(" ".join(process.cmdline())[:200] for process in left)
                raise DrillError(f"{self.name}: still there after {PATIENCE:g} s: {told}")
            time.sleep(0.1)


@dataclass
class Drill:
    """What is still to be killed, and what was."""

    took: dict[str, float]  # seconds of each stage in the quiet run
    rng: random.Random
    kills: list[tuple[str, str]] = field(default_factory=list)  # stage, in what way
    missed: int = 0

    def __post_init__(self) -> None:
        self.due = Counter({name: TIMES if s > LONG else 1 for name, s in self.took.items()})

    def strike(self, run: Run, stage: str) -> bool:
        """Wait for a random moment of ``stage``, and kill; return whether all were killed."""
        if not self.due[stage]:
            return False
        if not run.quiet_for(self.rng.uniform(0, self.took[stage])):
            self.missed += 1  # it was quicker this time
            return False
        number = SIGNALS[len(self.kills) % len(SIGNALS)]
        whole = len(self.kills) // len(SIGNALS) % 2 == 0
        try:
            way = f"{_group(run, number) if whole else self._one(run, number)} {number.name}"
        except (ProcessLookupError, psutil.NoSuchProcess):
            self.missed += 1
            return False
        self.due[stage] -= 1
        self.kills.append((stage, way))
        print(f"  {len(self.kills):3}  {stage:26} {way}", flush=True)
        return whole

    def _one(self, run: Run, number: signal.Signals) -> str:
        """Send a signal to one process of a run; return which."""
        process = self.rng.choice(run.processes())
        words = process.cmdline()
        process.send_signal(number)
        if "repro" in words:
            return "dvc"
        return "stage" if any(word.startswith("stages/") for word in words) else "worker"


def _group(run: Run, number: signal.Signals) -> str:
    os.killpg(run.process.pid, number)
    return "group"


def run_on(project: Path, drill: Drill, until: Sequence[str]) -> int:
    """Run the pipeline again and again, killed, until it is done; return how often.

    Raises:
        DrillError: a run fails that was not killed, or leaves a process.
    """
    for number in range(1, 1000):
        run, before = Run(project, f"run {number}", until), len(drill.kills)
        for stage in run.stages():
            if drill.strike(run, stage):
                break
        run.wait_until_gone()
        code = run.process.wait()
        if code == 0:
            return number
        if len(drill.kills) == before:
            raise DrillError(f"{run.name} failed though nothing was killed:\n{run.said}")
    raise DrillError("the pipeline does not get on")


def quiet_run(project: Path, until: Sequence[str]) -> dict[str, float]:
    """Run the pipeline; return the seconds of each stage, DVC's own work on it counted.

    Raises:
        DrillError: it fails.
    """
    run, began = Run(project, "quiet run", until), {}
    for stage in run.stages():
        began[stage] = time.monotonic()
    if run.process.returncode:
        raise DrillError(f"the quiet run failed:\n{run.said}")
    ends = [*list(began.values())[1:], time.monotonic()]
    return {stage: end - began[stage] for stage, end in zip(began, ends, strict=True)}


def clone(folder: Path) -> Path:
    """Clone this project with small params and a cache of its own."""
    subprocess.run(["git", "clone", "--quiet", TOP, folder], check=True)
    (folder / "dvc.lock").unlink()  # it names outputs of other params
    with modify_yaml(folder / "params.yaml") as params:
        for key, value in SETTINGS.items():
            *parents, last = key.split(".")
            section = params
            for parent in parents:
                section = section[parent]
            section[last] = value
    identity = ("-c", "user.name=drill", "-c", "user.email=drill@example.org")
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    subprocess.run(["git", *identity, "commit", "-q", "-m", "small"], cwd=folder, check=True)
    return folder


def hashes(project: Path) -> dict[str, dict[str, str]]:
    """Return the hash of every output of every stage, times aside."""
    lock = yaml.safe_load((project / "dvc.lock").read_text(encoding="utf-8"))
    return {
        name: {
            out["path"]: out["md5"]
            for out in stage["outs"]
            if not out["path"].startswith("metrics/timing/")
        }
        for name, stage in lock["stages"].items()
    }


def git_sees(project: Path) -> str:
    """Return what Git finds changed or unknown; a benchmark's times change, a name does not."""
    command = ["git", "status", "--porcelain", "--untracked-files=all"]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=True).stdout


def compare(quiet: Path, killed: Path) -> None:
    """Compare what the two runs left behind.

    Raises:
        DrillError: it is not the same.
    """
    expected, found = hashes(quiet), hashes(killed)
    if expected != found:
        differ = [name for name in expected if expected[name] != found.get(name)]
        raise DrillError(f"dvc.lock differs in {', '.join(differ)}")
    if git_sees(quiet) != git_sees(killed):
        raise DrillError(f"Git sees\n{git_sees(killed)}and after the quiet run\n{git_sees(quiet)}")
    if halves := [str(path) for path in killed.rglob(".*.partial*")]:
        raise DrillError(f"half-written: {', '.join(halves)}")


def main(
    scratch: Annotated[Path, typer.Option()],
    seed: Annotated[int, typer.Option()] = 1,
    until: Annotated[list[str] | None, typer.Option(help="stages; all, if none is named")] = None,
) -> None:
    """Run the drill in an empty folder, which is removed if it passes."""
    scratch.mkdir(parents=True)
    quiet, killed = (clone(scratch / name) for name in ("quiet", "killed"))
    start = time.monotonic()
    drill = Drill(quiet_run(quiet, until or ()), random.Random(seed))
    print(f"quiet run: {len(drill.took)} stages, {time.monotonic() - start:.0f} s", flush=True)
    start = time.monotonic()
    runs = run_on(killed, drill, until or ())
    compare(quiet, killed)
    outputs = sum(map(len, hashes(quiet).values()))
    print(
        f"{len(drill.kills)} kills of {len({stage for stage, _ in drill.kills})} stages in {runs} "
        f"runs, {time.monotonic() - start:.0f} s; {drill.missed} came too late"
    )
    for way, count in sorted(Counter(way for _, way in drill.kills).items()):
        print(f"  {count:3} {way}")
    print(f"{outputs} outputs have the same hashes; no process is left, nothing was cleaned up")
    shutil.rmtree(scratch)


if __name__ == "__main__":
    typer.run(main)
