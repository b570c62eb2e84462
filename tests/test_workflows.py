""".github/: what runs on a pull request, with which rights; CITATION.cff beside the package."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from clones import clone, commit, run
from closure import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
every_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def read(path: Path) -> Any:
    """As GitHub reads it: `on` is a word."""
    return yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in read(path)["jobs"].values() for step in job["steps"]]


@every_workflow
def test_actions_are_pinned_by_commit(path: Path) -> None:
    for line in re.findall(r"uses: (.*)", path.read_text(encoding="utf-8")):
        assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", line), line


@every_workflow
def test_a_script_takes_words_of_others_as_variables_only(path: Path) -> None:
    for step in steps(path):
        assert "${{" not in step.get("run", ""), step


@every_workflow
def test_who_runs_the_code_of_others_can_only_read(path: Path) -> None:
    content = read(path)
    jobs = content["jobs"].values()
    assert "pull_request_target" not in content["on"]
    if "pull_request" in content["on"]:
        assert content["permissions"] == {"contents": "read"}
        assert not any("permissions" in job for job in jobs)
        for step in steps(path):
            if "checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] == "false"
    else:
        assert content["permissions"] == {}
        assert not any("uses" in step for step in steps(path))  # no checkout of anybody's code


def test_ci_is_the_projects_own_script() -> None:
    (ci,) = [path for path in WORKFLOWS if path.name == "ci.yml"]
    assert [step["run"] for step in steps(ci) if "run" in step] == [".ci/run"]
    pythons = read(ci)["jobs"]["whole"]["strategy"]["matrix"]["include"]
    assert [one["python"] for one in pythons if one["may_fail"] == "false"] == ["3.11"]


def test_a_change_of_params_and_metrics_is_told(tmp_path: Path, monkeypatch) -> None:
    """What the pull request's workflow types, in a clone without a cache."""
    folder = clone(tmp_path / "project")
    monkeypatch.setenv("BASE", run(folder, "git", "rev-parse", "HEAD").strip())
    for name, before, after in (
        ("params.yaml", "keep: best", "keep: last"),
        ("metrics/headline/models.json", r": 0\.\d+", ": 0.123"),
        ("plots/fusion/confusion.csv", "chart", "radiology"),
    ):
        text = (folder / name).read_text(encoding="utf-8")
        changed = re.sub(before, after, text, count=1)
        assert changed != text, name
        (folder / name).write_text(changed, encoding="utf-8")
    commit(folder)
    (script,) = [
        step["run"]
        for step in steps(ROOT / ".github" / "workflows" / "report.yml")
        if step.get("name") == "compare"
    ]
    run(folder, "bash", "-euo", "pipefail", "-c", script)
    told = (folder / "comparison" / "tables.txt").read_text(encoding="utf-8")
    assert re.search(r"params\.yaml +keep +best +last", told)
    assert "0.123" in told
    charts = (folder / "comparison" / "charts" / "index.html").read_text(encoding="utf-8")
    assert "fusion: share of each actual class" in charts


def test_the_citation_is_of_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["version"] == project["version"]
    assert citation["license"] == project["license"]
