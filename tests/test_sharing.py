"""One machine's run on another: a remote, a shared cache (slow)."""

from pathlib import Path

import pytest
from clones import commit, ran, run, small_clone

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A committed run up to the comparison."""
    folder = small_clone(tmp_path_factory.mktemp("first_machine"))
    run(folder, "dvc", "repro", "compare", "review", "leakage")
    commit(folder)
    return folder


def test_a_second_machine_pulls_and_runs_nothing(first: Path, tmp_path: Path) -> None:
    run(first, "dvc", "remote", "add", "--default", "store", str(tmp_path / "store"))
    commit(first)
    targets = ("compare", "review", "leakage")
    run(first, "dvc", "push", "--with-deps", *targets)
    second = tmp_path / "second"
    run(tmp_path, "git", "clone", "-q", str(first), str(second))
    run(second, "dvc", "pull", "--with-deps", *targets)
    assert ran(run(second, "dvc", "repro", *targets)) == set()
    assert (second / "data" / "raw").is_dir()


def test_clones_that_share_a_cache_run_nothing_twice(first: Path, tmp_path: Path) -> None:
    third = tmp_path / "third"
    run(tmp_path, "git", "clone", "-q", str(first), str(third))
    run(third, "dvc", "cache", "dir", "--local", str(first / ".dvc" / "cache"))
    run(third, "dvc", "checkout", "--with-deps", "compare")
    assert ran(run(third, "dvc", "repro", "compare")) == set()
