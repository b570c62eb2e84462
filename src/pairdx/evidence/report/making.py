"""The chapter on how it was made: params, versions, digests by which Git finds the commit, machine.

The commit itself is no input of a stage: the same inputs would give other bytes after a commit.
DVC keeps the digests of all results in dvc.lock, so that Git can look the commit up by one of them.
"""

import hashlib
import platform
from functools import partial
from importlib.metadata import version
from pathlib import Path

from pairdx.core.params import PARAMS
from pairdx.evidence.report.blocks import Block, Chapter, Fold, Links, Table, Words, name, part
from pairdx.evidence.report.records import AbsentError, Records

LIBRARIES = ("pairdx", "torch", "open_clip_torch", "scikit-learn", "numpy", "pyarrow", "dvc")
PAGES = (
    ("Every difference between two models", "significance.md"),
    ("Where two models disagree", "disagreements.html"),
    ("What the models look at", "../data/explain/index.html"),
    ("Pairs to review by hand", "../data/review/index.html"),
    ("Labels to read", "../data/label_sheet/index.html"),
)


def chapter(records: Records, test: Path) -> Chapter:
    """Say how it was made; ``test`` is the table of the test pairs."""
    parts = (
        part("Params", _params),
        part("Versions", _versions),
        part("Which commit", partial(_digests, records, test)),
        part("Machine", partial(_machine, records)),
        part("Other pages of this run", _pages),
    )
    return Chapter("making", "How it was made", parts)


def _params() -> list[Block]:
    text = PARAMS.read_text(encoding="utf-8")
    words = "Every parameter of this run; `pairdx check` says whether a file like it is sound."
    return [Words(words), Fold("params.yaml", text)]


def _versions() -> list[Block]:
    rows = [("Python", platform.python_version())]
    rows += [(library, version(library)) for library in LIBRARIES]
    return [Table("Installed when this page was written", ("Library", "Version"), tuple(rows))]


def md5(path: Path) -> str:
    """The digest of a file by which dvc.lock names it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, partial(hashlib.md5, usedforsecurity=False)).hexdigest()


def _digests(records: Records, test: Path) -> list[Block]:
    scores = records.metrics / "comparison.json"
    if not scores.exists():
        raise AbsentError("metrics/comparison.json")
    digests = {"metrics/comparison.json": md5(scores), "data/pairdx/test.parquet": md5(test)}
    words = (
        "Once the run is committed, `git log -S " + digests["metrics/comparison.json"] + " -- "
        "dvc.lock` names its commit, which holds code, params and the digests of everything else."
    )
    return [Words(words), Table("MD5, as in dvc.lock", ("File", "Digest"), tuple(digests.items()))]


def _machine(records: Records) -> list[Block]:
    cpu = records.metric("timing/cpu")["cpu"]
    told = ", ".join(f"{name(key)}: {value}" for key, value in cpu.items())
    return [Words(f"Where `benchmark_cpu` last ran, times of a prediction were taken on: {told}.")]


def _pages() -> list[Block]:
    return [Links(PAGES)]
