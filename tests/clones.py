"""Clones of this project on a small sample, in which `dvc` is run as a user runs it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from closure import ROOT
from documents import Block
from dvc.utils.serialize import modify_yaml
from filelock import FileLock
from imports import importing

SMALL = [
    "intervals.resamples=100",
    "download.sample_images=600",
    "balance.cap_per_class=24",
    "leakage.repeats=1",
    "word_vectors.epochs=2",
    "classifier.epochs=1",
    "pairdx_clip.epochs=1",
    "pretrain_clip.epochs=1",
    "clinvla.epochs=1",
    "clinvla.classify_epochs=1",
    "robustness.pairs=6",
    "benchmark_cpu.pairs=2",
    "benchmark_cpu.warmup=1",
    "audit_labels.folds=3",
    "audit_labels.trees=20",
    "label_sheet.doubtful=5",
    "label_sheet.drawn=5",
    "explain.pairs=4",
    "explain.cases=1",
]
# `less` waits for a key, and `diff` leaves with 1 where it has something to show.
FOR_A_SCREEN = 'less() { cat "$@"; }; diff() { command diff "$@" || [ $? = 1 ]; }'
REALDATA = ROOT.parent / "shared" / "realdata"


def run(folder: Path, *command: str, fails: bool = False, columns: int = 200) -> str:
    """Run a command in ``folder``, on the code of that folder; return all that it says."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": importing(folder / "src"),
        "COLUMNS": str(columns),
        "DVC_NO_ANALYTICS": "1",
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    output = done.stdout + done.stderr
    assert (done.returncode != 0) == fails, output
    return output


def set_params(folder: Path, *settings: str) -> None:
    """Change params.yaml through DVC's own writer, as `-S` does."""
    with modify_yaml(folder / "params.yaml") as params:
        for setting in settings:
            keys, value = setting.split("=", 1)
            *parents, last = keys.split(".")
            section = params
            for key in parents:
                section = section[key]
            section[last] = yaml.safe_load(value)


def clone(folder: Path) -> Path:
    """Copy what Git tracks, as a clone without any cache; keeps uncommitted changes of code."""
    tracked = run(ROOT, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, tracked.split("\0")):
        if (ROOT / name).exists():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    run(folder, "git", "init", "-q")
    run(folder, "git", "config", "user.name", "t")
    run(folder, "git", "config", "user.email", "t@example.org")
    commit(folder)
    return folder


def small_clone(folder: Path, *settings: str) -> Path:
    """A clone whose committed params are those of a pipeline of two minutes."""
    clone(folder)
    (folder / "dvc.lock").unlink()  # it names outputs of other params, which no cache here has
    set_params(folder, *SMALL, *settings)
    commit(folder)
    return folder


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small pipeline, run from end to end and committed; copied by who changes it."""
    top = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # once for all of them
        top = top.parent
    folder, done = top / "finished", top / "finished.done"
    with FileLock(top / "finished.lock"):
        if not done.exists():
            small_clone(folder)
            run(folder, "dvc", "repro")
            commit(folder)
            done.touch()
    return folder


def copied(folder: Path, target: Path) -> Path:
    """Copy a clone as it lies, with its cache."""
    shutil.copytree(folder, target, symlinks=True, dirs_exist_ok=True)
    return target


def typed(folder: Path, block: Block, changes: dict[str, object] | None = None) -> str:
    """Type the commands of a page, with other words in the place of some; return what they say."""
    script = "\n".join(block.lines)
    for words, others in (changes or {}).items():
        assert words in script, words
        script = script.replace(words, str(others))
    return run(folder, "timeout", "900", "bash", "-euc", f"{FOR_A_SCREEN}\n{script}")


def commit(folder: Path) -> None:
    """Commit all that Git does not ignore."""
    run(folder, "git", "add", "-A")
    run(folder, "git", "commit", "-q", "--allow-empty", "-m", "x")


def locked(folder: Path) -> dict[str, dict[str, str]]:
    """Return the digest of every output of every stage, aside from times and what shows them."""
    lock = yaml.safe_load((folder / "dvc.lock").read_text())
    return {
        name: {
            out["path"]: out["md5"]
            for out in stage["outs"]
            if not out["path"].startswith(("metrics/timing/", "report/index.html"))
        }
        for name, stage in lock["stages"].items()
    }


def ran(output: str) -> set[str]:
    """Return the names of the stages that `dvc repro` ran, or would run."""
    marks = [line for line in output.splitlines() if line.startswith("Running stage")]
    return {line.split("'")[1] for line in marks}


def would_run(folder: Path, *settings: str) -> set[str]:
    """Say what a change of params would re-run, itself and by what follows, and take it back."""
    before = (folder / "params.yaml").read_text()
    try:
        set_params(folder, *settings)
        return ran(run(folder, "dvc", "repro", "--dry", "--force-downstream"))
    finally:
        (folder / "params.yaml").write_text(before)
