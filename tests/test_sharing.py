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


@pytest.mark.parametrize("verified", [False, True])
def test_what_somebody_changed_in_the_remote_is_refused_if_it_is_verified(
    tmp_path: Path, verified: bool
) -> None:
    """And is not noticed otherwise, which is why docs/sharing.md says so."""
    origin, clone, store = (tmp_path / name for name in ("origin", "clone", "store"))
    origin.mkdir()
    for command in ("git init -q", "git config user.name t", "git config user.email t@t.org"):
        run(origin, *command.split())
    run(origin, "dvc", "init", "-q")
    (origin / "dvc.yaml").write_text(
        "stages: {train: {cmd: printf weights > model, outs: [model]}}", encoding="utf-8"
    )
    lines = [REMOTE.lines[0].replace("/mnt/shared/pairdx", str(store))]
    lines += REMOTE.lines[-1:] * verified
    run(origin, "bash", "-ec", "\n".join([*lines, "dvc repro -q", "git add -A", "dvc push -q"]))
    run(origin, "git", "commit", "-qm", "A run")
    (file,) = (path for path in store.rglob("*") if path.is_file())
    file.chmod(0o644)
    file.write_text("forgery", encoding="utf-8")
    file.chmod(0o444)
    run(tmp_path, "git", "clone", "-q", str(origin), str(clone))
    told = run(clone, "dvc", "pull", fails=verified)
    if verified:
        assert "failed to pull" in told
        assert not (clone / "model").exists()
    else:
        assert (clone / "model").read_text(encoding="utf-8") == "forgery"


def test_clones_that_share_a_cache_run_nothing_twice(first: Path, tmp_path: Path) -> None:
    third = tmp_path / "third"
    run(tmp_path, "git", "clone", "-q", str(first), str(third))
    told = typed(third, SHARED, {"/srv/pairdx-cache": first / ".dvc" / "cache"})
    assert ran(told) == set()
