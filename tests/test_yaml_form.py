"""params.yaml, profiles and dvc.yaml as DVC writes YAML: a change of one value changes one line."""

import difflib
import shutil

import pytest
from closure import ROOT
from dvc.utils.hydra import apply_overrides
from dvc.utils.serialize import modify_yaml

PARAMS = ["params.yaml", "profiles/small.yaml", "profiles/paper.yaml"]


def changed_lines(before, after):
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[0] in "+-" and not line.startswith(("+++", "---"))]


@pytest.mark.parametrize("name", PARAMS)
def test_an_experiment_changes_the_line_of_its_parameter(tmp_path, name):
    path = tmp_path / "params.yaml"
    shutil.copy(ROOT / name, path)
    before = path.read_text()
    apply_overrides(path, ["classifier.lr=2e-4"])  # as `dvc exp run -S` does
    removed, added = changed_lines(before, path.read_text())
    assert removed.startswith("-  lr: ")
    assert added.startswith("+  lr: 0.0002")


def test_a_frozen_stage_is_one_line_more(tmp_path):
    path = tmp_path / "dvc.yaml"
    shutil.copy(ROOT / "dvc.yaml", path)
    before = path.read_text()
    with modify_yaml(path) as pipeline:  # as `dvc freeze` does
        pipeline["stages"]["train_fusion"]["frozen"] = True
    (added,) = changed_lines(before, path.read_text())
    assert added.strip("+ ") == "frozen: true"
