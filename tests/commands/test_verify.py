"""`pairdx verify`: stages run once more in a copy, and their bytes held against dvc.lock."""

import subprocess
import sys

import pytest
import yaml

from pairdx.commands import verify as module
from pairdx.commands.verify import Compared, other_machine, verify
from pairdx.core.errors import PairdxError

pytestmark = pytest.mark.slow  # DVC is started a dozen times

PYTHON = f'"{sys.executable}"'
COPY = "import shutil; shutil.copyfile('{}', '{}')"
DRIFT = (
    "import os, pathlib; os.makedirs('metrics/timing', exist_ok=True); "
    "[pathlib.Path(name).write_bytes(os.urandom(8)) for name in ('d.txt', 'metrics/timing/t')]"
)
STAGES = {
    "begin": {
        "cmd": f'{PYTHON} -c "{COPY.format("own/data.txt", "begun.txt")}"',
        "deps": ["own/data.txt"],
        "outs": ["begun.txt"],
    },
    "go_on": {
        "cmd": f'{PYTHON} -c "{COPY.format("begun.txt", "gone.txt")}"',
        "deps": ["begun.txt"],
        "outs": ["gone.txt"],
    },
    "drift": {
        "foreach": ["a"],
        "do": {
            "cmd": f'{PYTHON} -c "{DRIFT}"',
            "outs": ["d.txt", {"metrics/timing/t": {"cache": False}}],
        },
    },
}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A pipeline that was run; what it starts from, no Git knows."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "data.txt").write_text("data")
    (tmp_path / ".gitignore").write_text("/own\n/*.txt\n")
    params = {"weights": {"dir": "weights"}, "download": {"cache": ".cache"}}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params))
    (tmp_path / "dvc.yaml").write_text(
        yaml.safe_dump({"stages": STAGES}, sort_keys=False, width=1000)
    )
    dvc = [sys.executable, "-m", "dvc"]
    for command in (["git", "init", "-q"], [*dvc, "init", "-q"], [*dvc, "repro", "-q"]):
        subprocess.run(command, check=True)
    subprocess.run(["git", "add", "-A"], check=True)
    return tmp_path


def everything(project):
    left = (".git", "tmp")
    return {
        path: path.read_bytes()
        for path in project.rglob("*")
        if path.is_file() and not set(left) & set(path.relative_to(project).parts)
    }


def test_what_differs_is_told_and_nothing_here_changes(project):
    (project / "gone.txt").write_text("changed by hand: the lock counts")
    before = everything(project)
    assert list(verify([])) == [
        Compared("begin", "begun.txt", "equal"),
        Compared("go_on", "gone.txt", "equal"),
        Compared("drift@a", "d.txt", "differs"),
        Compared("drift@a", "metrics/timing/t", "times"),
    ]
    assert everything(project) == before
    assert not list((project / ".dvc" / "tmp").glob("verify-*"))


def test_a_stage_is_run_on_what_the_lock_names_and_not_on_what_lies_here(project):
    (project / "begun.txt").write_text("changed by hand")
    assert list(verify(["go_on"])) == [Compared("go_on", "gone.txt", "equal")]
    assert [one.stage for one in verify(["drift"])] == ["drift@a"] * 2


def test_other_bytes_of_a_dependency_that_dvc_does_not_keep_show(project):
    (project / "own" / "data.txt").write_text("other data")
    assert list(verify(["begin"])) == [Compared("begin", "begun.txt", "differs")]


def test_a_stage_that_is_not_there_or_fails_is_told_in_one_line(project):
    with pytest.raises(PairdxError, match=r"'gone' is no stage of dvc\.lock; there are begin, g"):
        list(verify(["begin", "gone"]))
    (project / "own" / "data.txt").unlink()
    with pytest.raises(PairdxError, match=r"`python.* -m dvc repro .* begin`: .*own/data\.txt"):
        list(verify(["begin"]))
    (project / "dvc.lock").unlink()
    with pytest.raises(PairdxError, match=r"dvc\.lock: no such file; run `dvc repro` first"):
        list(verify([]))


def test_what_is_other_here_is_told(tmp_path, monkeypatch):
    record = tmp_path / "cpu.json"
    monkeypatch.setattr(module, "RECORD", record)
    assert "does not say" in other_machine()[0]
    from pairdx.core.outputs import write_json
    from pairdx.evidence.cost.benchmark import machine, made_with

    write_json(record, {"cpu": machine(), "made_with": made_with()})
    assert other_machine() == []
    write_json(record, {"cpu": machine(), "made_with": made_with() | {"numpy": "1.0"}})
    [told] = other_machine()
    assert told.startswith("numpy: 1.0 then, ")
