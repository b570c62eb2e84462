"""Bad input, stage by stage: one clear line, exit code 1, no output left."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from closure import ROOT

ARGUMENTS = {
    "filter": "--raw raw --out out --metrics metrics.json --plot plot.csv",
    "balance": "--scrubbed table.parquet --out out --metrics metrics.json",
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
    "retrieve": "--embeddings table.parquet --metrics metrics.json",
    "predict": "--model model --pairs pairs.parquet --out out",
    "zero_shot": "--name clip_zero_shot --out out",
}


def run(folder: Path, stage: str, **changes: object) -> str:
    """Run a stage that must fail in an empty ``folder`` and return what it says."""
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    for name, value in changes.items():
        section, key = name.split("__")
        params.setdefault(section, {})[key] = value
    (folder / "params.yaml").write_text(yaml.safe_dump(params))
    before = set(folder.iterdir())
    command = [sys.executable, str(ROOT / "stages" / f"{stage}.py"), *ARGUMENTS[stage].split()]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    *_, last = done.stderr.strip().splitlines()
    assert last.startswith("error: "), done.stderr
    assert "Traceback" not in done.stderr
    assert set(folder.iterdir()) == before, "an output stays behind"
    return last


def test_an_unknown_key(tmp_path: Path) -> None:
    said = run(tmp_path, "balance", balance__cap=3)
    assert "balance.cap is not a parameter" in said
    assert "cap_per_class" in said


def test_an_unknown_section(tmp_path: Path) -> None:
    assert "'fuson' is not a section" in run(tmp_path, "balance", fuson__lr=1)


def test_a_wrong_type(tmp_path: Path) -> None:
    assert "balance.cap_per_class = 'many'" in run(
        tmp_path, "balance", balance__cap_per_class="many"
    )


def test_corrupt_parquet(tmp_path: Path) -> None:
    (tmp_path / "table.parquet").write_bytes(b"PAR1 but no more")
    assert "table.parquet: not a readable Parquet table" in run(tmp_path, "balance")


def test_embeddings_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "table.parquet").write_bytes(b"PAR1 but no more")
    assert "table.parquet: not a readable Parquet table" in run(tmp_path, "retrieve")


def test_a_base_that_is_not_there(tmp_path: Path) -> None:
    said = run(tmp_path, "train_clinvla")
    assert "base/open_clip_model.safetensors: cannot be read" in said


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
    said = run(tmp_path, stage, baselines__image_weights="weights/resnet18.pth")
    assert "no such" in said
    assert ("weights/resnet18.pth" if stage == "train_baselines" else "start") in said


def test_clip_weights_that_are_not_there(tmp_path: Path) -> None:
    said = run(
        tmp_path,
        "zero_shot",
        clip_zero_shot__model=f"local-dir:{ROOT / 'architectures' / 'tiny_clip'}",
        clip_zero_shot__untrained=False,
    )
    assert "tiny_clip" in said


def test_a_model_that_was_not_trained(tmp_path: Path) -> None:
    assert "model/model.json: no such file" in run(tmp_path, "predict")
