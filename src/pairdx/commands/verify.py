"""Whether stages give the bytes of dvc.lock again, each run once more in a copy of the project.

The copy lies in `.dvc/tmp`: what stages read comes from DVC's cache, all else from here, as Git
tracks it. It has no facts, pixels or checkpoints of earlier runs, and is removed at the end:
neither the project nor the cache changes. The same bytes are promised for the same CPU, versions
and number of threads; elsewhere networks give other last bits, and training gives other weights.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dvc.repo import Repo
from dvc.stage import PipelineStage
from dvc.utils.serialize import load_yaml

from pairdx.core.errors import PairdxError, shortened
from pairdx.core.params import read

LOCK = Path("dvc.lock")
TIMES = "metrics/timing/"  # of outputs that hold seconds, and so differ
RECORD = Path("metrics/timing/cpu.json")  # says what the committed run was made with
ELSEWHERE = ("weights.dir", "download.cache")  # params: folders of what was fetched


@dataclass(frozen=True)
class Compared:
    """An output of a stage that was run again."""

    stage: str
    path: str
    verdict: str  # equal | differs | times


def verify(asked: Sequence[str]) -> Iterator[Compared]:
    """Run stages again, one after another, each on the inputs that dvc.lock names.

    Args:
        asked: names of stages, `predict` for all that begin with `predict@`; none: all.

    Raises:
        PairdxError: there is no such stage, an input is not in the cache, or a stage fails.
    """
    if not LOCK.is_file():
        raise PairdxError(f"{LOCK}: no such file; run `dvc repro` first")
    locked = load_yaml(LOCK)
    with Repo() as repo, TemporaryDirectory(dir=repo.tmp_dir, prefix="verify-") as folder:
        chosen = _choose(asked, repo, locked["stages"])
        copy = Path(folder)
        _copy(copy, repo)
        for stage in chosen:
            shutil.copyfile(LOCK, copy / LOCK)
            _run(stage, repo, copy)
            found = load_yaml(copy / LOCK)["stages"][stage.addressing]
            yield from _compare(stage.addressing, locked["stages"][stage.addressing], found)


def _choose(asked: Sequence[str], repo: Repo, locked: Mapping[str, Any]) -> list[PipelineStage]:
    stages = [stage for stage in repo.index.stages if isinstance(stage, PipelineStage)]
    known = {stage.addressing: stage for stage in stages if stage.addressing in locked}
    for name in asked:
        if not any(name in (one, one.split("@")[0]) for one in known):
            raise PairdxError(
                f"{name!r} is no stage of {LOCK}; there are "
                f"{', '.join(dict.fromkeys(one.split('@')[0] for one in known))}"
            )
    return [
        stage
        for name, stage in known.items()
        if not asked or {name, name.split("@")[0]} & set(asked)
    ]


def _copy(copy: Path, repo: Repo) -> None:
    """Lay out what Git tracks as it is here, and a DVC that takes its inputs from our cache."""
    tracked = _told(["git", "ls-files", "-z", "--cached"], Path())
    for name in filter(None, tracked.split("\0")):
        if Path(name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(name, copy / name)
    _told(["git", "init", "--quiet"], copy)  # else DVC takes ours for its own
    config = f"[cache]\n    dir = {repo.cache.local_cache_dir}\n    type = reflink,hardlink,copy\n"
    (copy / ".dvc" / "config.local").write_text(config, encoding="utf-8")
    for key in ELSEWHERE:
        section, name = key.split(".")
        _link(str(read()[section][name]), copy)


def _link(path: str, copy: Path) -> None:
    """Let the copy have what neither Git nor DVC keeps, unless it is said absolutely."""
    if Path(path).exists() and not (copy / path).exists():
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        (copy / path).symlink_to(Path(path).absolute())


def _run(stage: PipelineStage, repo: Repo, copy: Path) -> None:
    outputs = {str(out) for out in repo.index.outs}
    read_paths = [str(dep) for dep in stage.deps]
    made = [path for path in read_paths if _within(path, outputs)]
    for path in set(read_paths) - set(made):
        _link(path, copy)
    dvc = [sys.executable, "-m", "dvc"]
    if made:
        _told([*dvc, "checkout", "--force", *made], copy)
    _told([*dvc, "repro", "--single-item", "--force", "--no-commit", stage.addressing], copy)


def _within(path: str, outputs: set[str]) -> bool:
    return any(str(part) in outputs for part in (Path(path), *Path(path).parents))


def _told(command: Sequence[str], folder: Path) -> str:
    """Run a command; return what it prints.

    Raises:
        PairdxError: it fails.
    """
    done = subprocess.run(  # noqa: S603
        command, cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        words = " ".join(Path(word).name if word == sys.executable else word for word in command)
        said = done.stderr[max(0, done.stderr.lower().find("error")) :]
        raise PairdxError(f"`{words}`: {shortened(said)}")
    return done.stdout


def _compare(stage: str, locked: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Compared]:
    again = {out["path"]: out["md5"] for out in found["outs"]}
    for out in locked["outs"]:
        same = "equal" if again.get(out["path"]) == out["md5"] else "differs"
        verdict = "times" if out["path"].startswith(TIMES) else same
        yield Compared(stage, out["path"], verdict)


def other_machine() -> list[str]:
    """Say in which points this machine is not the one of the committed run."""
    from pairdx.evidence.cost.benchmark import machine, made_with

    try:
        recorded = json.loads(RECORD.read_text(encoding="utf-8"))
        then = recorded["cpu"] | recorded["made_with"]
    except (OSError, ValueError, KeyError, TypeError):
        return [f"{RECORD} does not say what the committed run was made with"]
    return [
        f"{name}: {then.get(name)} then, {value} here"
        for name, value in (machine() | made_with()).items()
        if then.get(name) != value
    ]
