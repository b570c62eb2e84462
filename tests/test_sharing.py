"""One machine's run on another, by the commands of docs/sharing.md (slow)."""

from pathlib import Path

import pytest
from clones import ROOT, copied, ran, run, typed
from documents import console

pytestmark = pytest.mark.slow

REMOTE, FIRST, SECOND, SHARED = console(ROOT / "docs" / "sharing.md")


@pytest.fixture
def first(finished: Path, tmp_path: Path) -> Path:
    """A run, and a place that both machines push to and pull from."""
    folder = copied(finished, tmp_path / "first")
    run(tmp_path, "git", "init", "-q", "--bare", "hub")
    run(folder, "git", "remote", "add", "origin", str(tmp_path / "hub"))
    run(folder, "git", "push", "-q", "-u", "origin", "HEAD")
    return folder


def test_a_second_machine_pulls_and_runs_nothing(first: Path, tmp_path: Path) -> None:
    second = tmp_path / "second"
    run(tmp_path, "git", "clone", "-q", str(tmp_path / "hub"), str(second))
    add = REMOTE.lines[0].replace("/mnt/shared/pairdx", str(tmp_path / "store"))
    run(first, "bash", "-c", add)
    typed(first, FIRST)
    assert ran(typed(second, SECOND)) == set()
    assert (second / "data" / "raw").is_dir()


def test_clones_that_share_a_cache_run_nothing_twice(first: Path, tmp_path: Path) -> None:
    third = tmp_path / "third"
    run(tmp_path, "git", "clone", "-q", str(first), str(third))
    told = typed(third, SHARED, {"/srv/pairdx-cache": first / ".dvc" / "cache"})
    assert ran(told) == set()
