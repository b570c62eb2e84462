import json
import shutil
import subprocess

import pytest
from closure import ROOT

from pairdx.core.outputs import new_file, new_folder, write_json, write_text


def of_torchrun(monkeypatch, rank):
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "run")
    monkeypatch.setenv("RANK", str(rank))


def left(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def fail(new, path, error=KeyError):
    """Write half of an output."""
    with new(path) as partial:
        half = partial / "new.txt" if partial.is_dir() else partial
        half.write_text("half")
        raise error


def test_a_file_appears_at_the_end(tmp_path):
    path = tmp_path / "deep/down/a.txt"
    with new_file(path) as partial:
        partial.write_text("new")
        assert not path.exists()
        assert partial.parent == path.parent  # or the move would not be atomic
    assert path.read_text() == "new"
    assert left(path.parent) == ["a.txt"]


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt])
def test_a_failure_leaves_no_file(tmp_path, error):
    with pytest.raises(error):
        fail(new_file, tmp_path / "a.txt", error)
    assert left(tmp_path) == []


def test_a_failure_leaves_the_file_that_was_there(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "old")
    with pytest.raises(KeyError):
        fail(new_file, path)
    assert path.read_text() == "old"
    write_text(path, "new")
    assert path.read_text() == "new"
    assert left(tmp_path) == ["a.txt"]


def test_a_file_that_was_never_written_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError), new_file(tmp_path / "a.txt"):
        pass
    assert left(tmp_path) == []


def test_a_folder_replaces_the_one_that_was_there(tmp_path):
    path = tmp_path / "folder"
    for name in ("old", "new"):
        with new_folder(path) as partial:
            (partial / f"{name}.txt").write_text(name)
            assert not (path / "new.txt").exists()
    assert left(tmp_path) == ["folder", "folder/new.txt"]


def test_a_failure_leaves_the_folder_that_was_there(tmp_path):
    path = tmp_path / "folder"
    with new_folder(path) as partial:
        (partial / "old.txt").write_text("old")
    with pytest.raises(KeyError):
        fail(new_folder, path)
    assert left(tmp_path) == ["folder", "folder/old.txt"]


def test_the_rest_of_a_killed_run_is_not_taken_over(tmp_path):
    with new_folder(tmp_path / "folder") as partial:
        name = partial.name
    (tmp_path / name).mkdir()
    (tmp_path / name / "rest.txt").write_text("of a killed run")
    with new_folder(tmp_path / "folder") as partial:
        assert partial.name == name  # or this test shows nothing
    assert left(tmp_path) == ["folder"]


def test_text_has_the_same_bytes_everywhere(tmp_path):
    write_text(tmp_path / "a.txt", "µ\nb\n")
    assert (tmp_path / "a.txt").read_bytes() == b"\xc2\xb5\nb\n"


def test_json_keeps_the_order_and_refuses_nan(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, {"b": 1, "a": [0.1, "µ"]})
    assert path.read_text(encoding="utf-8") == (
        '{\n  "b": 1,\n  "a": [\n    0.1,\n    "µ"\n  ]\n}\n'
    )
    assert json.loads(path.read_text(encoding="utf-8")) == {"b": 1, "a": [0.1, "µ"]}
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(path, {"a": float("nan")})


def test_of_several_processes_the_first_writes(tmp_path, monkeypatch):
    of_torchrun(monkeypatch, 1)
    write_text(tmp_path / "a.txt", "second")
    with new_folder(tmp_path / "b") as folder:
        write_text(folder / "c.txt", "second")
    assert left(tmp_path) == []
    of_torchrun(monkeypatch, 0)
    write_text(tmp_path / "a.txt", "first")
    assert (tmp_path / "a.txt").read_text() == "first"


def test_two_processes_do_not_write_into_one_partial_file(tmp_path, monkeypatch):
    of_torchrun(monkeypatch, 0)
    with new_folder(tmp_path / "b") as first:
        write_text(first / "c.txt", "first")
        of_torchrun(monkeypatch, 1)
        with new_folder(tmp_path / "b") as second:
            assert second != first
        of_torchrun(monkeypatch, 0)
    assert left(tmp_path) == ["b", "b/c.txt"]


def test_a_rank_that_is_not_of_torchrun_means_nothing(tmp_path, monkeypatch):
    """Other launchers set it, too."""
    monkeypatch.delenv("TORCHELASTIC_RUN_ID", raising=False)
    monkeypatch.setenv("RANK", "1")
    write_text(tmp_path / "a.txt", "alone")
    assert (tmp_path / "a.txt").read_text() == "alone"


def test_git_ignores_what_a_killed_stage_leaves(tmp_path):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    shutil.copy(ROOT / ".gitignore", tmp_path)
    for name in ("data/raw", "metrics/split.json", "plots/training/fusion", "bases/small_clip"):
        with new_file(tmp_path / name) as partial:
            partial.touch()
            words = ["git", "status", "--porcelain", "--untracked-files=all"]
            told = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)
            assert told.stdout == "?? .gitignore\n"
        (tmp_path / name).unlink()
