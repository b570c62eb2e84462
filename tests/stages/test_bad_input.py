"""Bad input, stage by stage: one clear line, exit code 1, no output left."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import scripts
from closure import ROOT
from small import write_params

ARGUMENTS = {
    "filter": "--raw raw --out out --metrics metrics.json --plot plot.csv",
    "split": (
        "--raw raw --scrubbed table.parquet --balanced balanced.parquet --out out --export export "
        "--metrics metrics.json --headline headline.json"
    ),
    "train_baselines": (
        "--name image_only --pairs pairs --vectors vectors.safetensors --out out "
        "--history history.csv --timing timing.json"
    ),
    "finetune_clip": (
        "--pairs pairs --start start --out out --history history.csv --timing timing.json"
    ),
    "train_clinvla": (
        "--pairs pairs --base base --out out --alignment alignment.csv --history history.csv "
        "--timing timing.json"
    ),
    "retrieve": "--embeddings embeddings --metrics metrics --headline headline.json",
    "predict": "--model model --pairs pairs.parquet --out out",
    "zero_shot": "--name clip --out out",
}


def run(folder: Path, stage: str, **changes: object) -> str:
    """Run a stage that must fail in ``folder`` and return what it says."""
    write_params(folder, **changes)
    before = set(folder.iterdir())
    done = scripts.run(folder, stage, ARGUMENTS[stage])
    assert done.returncode == 1, done.stderr
    *_, last = done.stderr.strip().splitlines()
    assert last.startswith("error: "), done.stderr
    assert set(folder.iterdir()) == before, "an output stays behind"
    return last


def test_a_script_is_a_program(tmp_path: Path) -> None:
    """As DVC starts it; all others here are called in this process."""
    write_params(tmp_path, split__test=0.9)
    command = [sys.executable, str(ROOT / "stages" / "split.py"), *ARGUMENTS["split"].split()]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    assert "split.test = 0.9" in done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


def test_an_unknown_key(tmp_path: Path) -> None:
    said = run(tmp_path, "split", balance__cap=3)
    assert "balance.cap is not a parameter" in said
    assert "cap_per_class" in said


def test_an_unknown_section(tmp_path: Path) -> None:
    assert "'fuson' is not a section" in run(tmp_path, "split", fuson__lr=1)


def test_a_wrong_type(tmp_path: Path) -> None:
    assert "balance.cap_per_class = 'many'" in run(tmp_path, "split", balance__cap_per_class="many")


def test_corrupt_parquet(tmp_path: Path) -> None:
    (tmp_path / "table.parquet").write_bytes(b"PAR1 but no more")
    assert "table.parquet: not a readable Parquet table" in run(tmp_path, "split")


def test_embeddings_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "embeddings").mkdir()
    (tmp_path / "embeddings" / "pairdx_clip.parquet").write_bytes(b"PAR1 but no more")
    said = run(tmp_path, "retrieve", retrieve__models=["pairdx_clip"])
    assert "pairdx_clip.parquet: not a readable Parquet table" in said


def test_a_base_that_is_not_there(tmp_path: Path) -> None:
    said = run(tmp_path, "train_clinvla")
    assert "base/model.json: no such file" in said


def test_an_empty_raw_folder(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    assert "raw" in run(tmp_path, "filter")


@pytest.mark.parametrize("stage", ["train_baselines", "finetune_clip"])
def test_missing_weights(tmp_path: Path, stage: str) -> None:
    pairs = tmp_path / "pairs"
    pairs.mkdir()
    for split in ("train", "validation"):
        (pairs / f"{split}.parquet").write_bytes(b"")
    (tmp_path / "vectors.safetensors").write_bytes(b"")
    said = run(tmp_path, stage, classifier__image_weights="weights/resnet18.pth")
    assert "no such" in said
    assert ("weights/resnet18.pth" if stage == "train_baselines" else "start") in said


def test_clip_weights_that_are_not_there(tmp_path: Path) -> None:
    base = tmp_path / "tiny_vit"
    shutil.copytree(ROOT / "bases" / "tiny_vit", base)
    said = run(tmp_path, "zero_shot", zero_shot__clip__model=f"local-dir:{base}")
    assert "tiny_vit" in said


def test_a_zero_shot_model_that_is_not_named(tmp_path: Path) -> None:
    write_params(tmp_path)
    done = scripts.run(tmp_path, "zero_shot", "--name siglip --out out")
    assert done.returncode == 1
    assert "zero_shot.siglip is missing; there are clip, biomedclip" in done.stderr


def test_a_model_that_was_not_trained(tmp_path: Path) -> None:
    assert "model/model.json: no such file" in run(tmp_path, "predict")
