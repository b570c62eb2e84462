"""A model more: a zero-shot one by params alone, a trained one by a folder and a stage (slow)."""

import json
from pathlib import Path
from textwrap import dedent

import pytest
from clones import run, set_params, small_clone
from dvc.utils.serialize import modify_yaml

pytestmark = pytest.mark.slow

MODEL = '''
"""The class that is the most frequent in training, whatever the pair."""

import json
from dataclasses import dataclass

import numpy as np

from pairdx.models.common.card import ModelCard


@dataclass(frozen=True)
class Majority:
    label: int
    reads = frozenset({"image"})

    def predict(self, images, captions):
        row = np.full(6, 0.1)
        row[self.label] = 0.5
        return np.tile(row, (len(images), 1))


def load(folder, card: ModelCard):
    return Majority(card.settings["label"])
'''
STAGE = '''
"""train_majority: the most frequent class."""

from pathlib import Path

from pairdx.core.outputs import new_folder
from pairdx.core.stage import run
from pairdx.models.common.card import ModelCard
from pairdx.pairs.store import read_pairs


def main(*, pairs: Path, out: Path) -> str:
    """Count."""
    train = read_pairs(pairs / "train.parquet")
    label = int(train.targets.bincount().argmax())
    with new_folder(out) as folder:
        ModelCard("majority", "majority", "counts", True, 1, {"label": label}).save(folder)
    return f"class {label}"


if __name__ == "__main__":
    run(main)
'''


def test_a_zero_shot_and_a_trained_model_join_the_comparison(tmp_path: Path) -> None:
    folder = small_clone(tmp_path)
    third = {
        "model": "local-dir:bases/tiny_vit",
        "pretrained": None,
        "untrained": True,
        "templates": ["a {}"],
    }
    with modify_yaml(folder / "params.yaml") as params:  # params alone
        params["zero_shot"]["third"] = third
        params["compared"] += ["third_zero_shot", "majority"]
        params["retrieve"]["models"] += ["third_zero_shot"]

    package = folder / "src" / "pairdx" / "models" / "majority"  # its folder
    package.mkdir()
    (package / "__init__.py").write_text('"""The most frequent class."""\n')
    (package / "majority.py").write_text(dedent(MODEL).lstrip())
    (folder / "stages" / "train_majority.py").write_text(dedent(STAGE).lstrip())
    with modify_yaml(
        folder / "dvc.yaml"
    ) as pipeline:  # its stage; its entry in `compared` is above
        pipeline["stages"]["train_majority"] = {
            "cmd": "python stages/train_majority.py --pairs data/pairdx --out models/majority",
            "deps": ["data/pairdx/train.parquet", "stages/train_majority.py"],
            "outs": ["models/majority"],
        }
    targets = ("compare", "evaluate@third_zero_shot", "evaluate@majority", "retrieve", "shortcut")
    run(folder, "dvc", "repro", *targets)
    scores = json.loads((folder / "metrics" / "comparison.json").read_text())
    assert {"third_zero_shot", "majority"} <= set(scores)
    assert (folder / "metrics" / "retrieval" / "third_zero_shot.json").is_file()
    assert (folder / "metrics" / "majority.json").is_file()
    lost = json.loads((folder / "metrics" / "shortcut.json").read_text())["models"]
    assert {"third_zero_shot", "majority"} <= set(lost)
    set_params(folder, "compared=[fusion, majority]")
    told = run(folder, "dvc", "repro", "compare")
    assert "tfidf.parquet: of no model in params.yaml's `compared`" in told
