"""A model more: a zero-shot one by params alone, a trained one as docs/your_model.md has it."""

import json
from pathlib import Path

import pytest
import yaml
from clones import ROOT, copied, run, set_params, typed
from documents import blocks, console, given
from dvc.utils.serialize import modify_yaml

pytestmark = pytest.mark.slow

PAGE = ROOT / "docs" / "your_model.md"


def test_a_zero_shot_and_a_trained_model_join_the_comparison(
    finished: Path, tmp_path: Path
) -> None:
    folder = copied(finished, tmp_path)
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

    for path, content in given(PAGE).items():  # its folder, and its script
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(content)
    (stage,) = (block.code for block in blocks(PAGE) if block.language == "yaml")
    with modify_yaml(folder / "dvc.yaml") as pipeline:
        pipeline["stages"] |= yaml.safe_load(stage)
    (commands,) = console(PAGE)
    assert "majority" in typed(folder, commands)
    targets = ("evaluate@third_zero_shot", "evaluate@majority", "retrieve")
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
