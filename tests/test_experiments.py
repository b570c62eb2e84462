"""Experiments as a user runs them: back and forth, side by side, read in a terminal (slow)."""

import csv
import io
import json
import re
import shlex
from pathlib import Path

import pytest
from clones import ROOT, commit, copied, ran, run, set_params, typed
from documents import console
from dvc.utils.serialize import modify_yaml

pytestmark = pytest.mark.slow

RUNS, SHOW, TABLES, BACK, *_ = console(ROOT / "docs" / "experiments.md")
WIDTH = 120


@pytest.fixture(scope="module")
def tried(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small pipeline that was not run to its end, and two experiments on it."""
    folder = copied(finished, tmp_path_factory.mktemp("experiments"))
    with modify_yaml(folder / "dvc.lock") as lock:
        del lock["stages"]["explain"]
    commit(folder)
    typed(folder, RUNS, {"epochs=20": "epochs=2"})
    return folder


def test_the_headline_is_a_table_that_one_can_read(tried: Path) -> None:
    told = run(tried, *shlex.split(SHOW.lines[0]), columns=WIDTH)
    assert "…" not in told
    assert max(map(len, told.splitlines())) <= WIDTH
    for column in ("fusion.f1", "image_only.f1", "classifier.lr", "classifier.epochs"):
        assert column in told
    assert "rate" in told
    assert "longer" in told


def test_few_numbers_are_tabulated(tried: Path) -> None:
    shown = json.loads(run(tried, "dvc", "metrics", "show", "--json"))
    assert 20 <= leaves({path: one["data"] for path, one in shown[""]["data"].items()}) <= 40
    assert len(run(tried, "dvc", "metrics", "diff", columns=WIDTH).splitlines()) <= 45


def leaves(content: object) -> int:
    return sum(map(leaves, content.values())) if isinstance(content, dict) else 1


def test_an_experiment_changes_its_own_line_of_params(tried: Path) -> None:
    changed = run(tried, "git", "diff", "--stat", "params.yaml")
    assert "1 file changed, 1 insertion(+), 1 deletion(-)" in changed


def test_freezing_a_stage_changes_its_own_lines_of_dvc_yaml(tried: Path) -> None:
    run(tried, "dvc", "freeze", "train_fusion")
    changed = run(tried, "git", "diff", "--stat", "dvc.yaml")
    run(tried, "dvc", "unfreeze", "train_fusion")
    assert "1 file changed, 1 insertion(+)" in changed
    assert "dvc.yaml" not in run(tried, "git", "status", "--porcelain")


def test_going_back_runs_nothing(tried: Path) -> None:
    """README's way back, from a run that nobody has committed."""
    assert "longer" in run(tried, "dvc", "exp", "show", "--csv")
    run(tried, "git", "checkout", "-q", "HEAD", "--", "params.yaml")
    back = run(tried, "dvc", "repro", "compare", "retrieve")
    assert ran(back) == set()
    assert "is cached - skipping run" in back
    assert run(tried, "git", "status", "--porcelain") == ""
    set_params(tried, "classifier.epochs=2")
    assert ran(run(tried, "dvc", "repro", "compare")) == set()
    run(tried, "git", "checkout", "-q", "HEAD", "--", "params.yaml")
    assert ran(run(tried, "dvc", "repro", "compare")) == set()


def test_experiments_side_by_side_are_those_one_after_the_other(tried: Path) -> None:
    known = tried / ".cache" / "scan" / "facts.sqlite"
    before = known.stat().st_size
    for name, epochs in (("third", 3), ("second", 2)):
        setting = f"classifier.epochs={epochs}"
        run(tried, "dvc", "exp", "run", "compare", "--queue", "-n", f"queued_{name}", "-S", setting)
    run(tried, "dvc", "queue", "start", "--jobs", "2")
    for name in ("third", "second"):
        told = run(tried, "dvc", "queue", "logs", f"queued_{name}", "--follow")
        assert "Running stage 'download'" not in told
        assert "Running stage 'scan'" not in told
    run(tried, "dvc", "queue", "stop", "--kill")
    rows = csv.DictReader(io.StringIO(run(tried, "dvc", "exp", "show", "--csv")))
    scores = {row["Experiment"]: row["fusion.f1"] for row in rows}
    assert scores["queued_second"] == scores["longer"]
    assert scores["queued_third"]
    assert known.stat().st_size == before
    # Here not all of the pipeline has run: apply says so and leaves with 1 (docs/experiments.md).
    run(tried, "dvc", "exp", "apply", "queued_third", fails=True)
    assert "epochs: 3" in (tried / "params.yaml").read_text()
    run(tried, "dvc", "exp", "branch", "queued_second", "kept")
    assert "kept" in run(tried, "git", "branch")
    run(tried, "git", "checkout", "-q", "HEAD", "--", ".")


def test_experiments_are_compared_as_the_docs_say(tried: Path) -> None:
    told = typed(tried, TABLES)
    assert "fusion.f1" in told
    assert "classifier.epochs" in told
    charts = (tried / "dvc_plots" / "index.html").read_text(encoding="utf-8")
    assert "fusion: share of each actual class" in charts


def test_the_ablations_of_the_docs_can_be_queued(tried: Path) -> None:
    (page, *_) = console(ROOT / "docs" / "ablations.md")
    queued = [shlex.split(line) for line in page.lines if "--queue" in line]
    assert len(queued) == 4
    for command in queued:
        run(tried, *command)
    status = run(tried, "dvc", "queue", "status")
    assert len(re.findall("Queued", status)) == 4
    run(tried, "dvc", "queue", "remove", "--all")
