"""A killed training, then other prompts or another base: nothing stale is resumed."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
import scripts
from small import drawn, write_params

from pairdx.core.schema import PAIRS, SCRUBBED, write_table
from pairdx.training.common import checkpoint, loop

SMALL = {
    "precision": "float32",
    "zero_shot__clip__model": "local-dir:architecture",
    "zero_shot__clip__untrained": True,
    "pretrain_clip__model": "local-dir:architecture",
    **{
        f"{section}__{key}": value
        for section in ("pairdx_clip", "pretrain_clip", "clinvla")
        for key, value in {"epochs": 2, "batch_size": 8}.items()
    },
    "clinvla__classify_epochs": 1,
    "clinvla__bottleneck": 4,
}
BASE = "--name clip --out base"
TRAINED = {
    "finetune_clip": "--pairs pairs --start base --out out --history h.csv --timing t.json",
    "train_clinvla": (
        "--pairs pairs --base base --out out --alignment a.csv --history h.csv --timing t.json"
    ),
    "pretrain_clip": "--scrubbed scrubbed.parquet --pairs pairs --out out",
}


def rows(first: int, count: int, split: str) -> list[dict[str, object]]:
    """Rows of both schemas, of articles that no other call draws."""
    pairs = drawn(count)
    return [
        {
            "id": f"pair_{first + row}",
            "article_id": f"article_{first + row}",
            "case_id": f"case_{first + row}",
            "figure_id": f"figure_{first + row}",
            "pixel_sha256": f"{first + row:064}",
            "image": {"bytes": pairs.images[row], "path": f"{first + row}.png"},
            "caption": pairs.captions[row],
            "label": pairs.labels[row],
            "split": split,
        }
        for row in range(count)
    ]


@pytest.fixture
def project(tmp_path: Path, architecture: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which all three trainings can run, each in a second."""
    monkeypatch.setattr(loop, "SAVE_EVERY", 0)
    config = (architecture / "open_clip_config.json").read_text(encoding="utf-8")
    (tmp_path / "architecture").mkdir()
    (tmp_path / "architecture" / "open_clip_config.json").write_text(config, encoding="utf-8")
    splits = {"train": rows(0, 18, "train"), "validation": rows(18, 6, "validation")}
    splits["test"] = rows(24, 6, "test")
    for name, split in splits.items():
        path = tmp_path / "pairs" / f"{name}.parquet"
        write_table(pa.Table.from_pylist(split, PAIRS), path, PAIRS)
    curated = [*rows(30, 18, ""), *(row for split in splits.values() for row in split)]
    write_table(pa.Table.from_pylist(curated, SCRUBBED), tmp_path / "scrubbed.parquet", SCRUBBED)
    write_params(tmp_path, **SMALL)
    return tmp_path


def call_it_a_diagram(project: Path) -> None:
    """Change what the prompts say."""
    write_params(project, **SMALL, class_names__chart="diagram")


def normalise_otherwise(project: Path) -> None:
    """Change what the base makes of an image, and none of its weights."""
    path = project / "architecture" / "open_clip_config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["preprocess_cfg"]["mean"] = [0.5, 0.5, 0.5]
    path.write_text(json.dumps(config), encoding="utf-8")


def train(project: Path, stage: str, ends_with: int = 0) -> None:
    """Make the base, and train on it."""
    assert scripts.run(project, "zero_shot", BASE).returncode == 0
    done = scripts.run(project, stage, TRAINED[stage])
    assert done.returncode == ends_with, done.stderr


def trained(project: Path, stage: str) -> dict[str, bytes]:
    """Train, and return the bytes that came out."""
    train(project, stage)
    return {path.name: path.read_bytes() for path in (project / "out").iterdir()}


def kill(project: Path, stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Train for an epoch, and leave its state behind."""
    epoch, left = loop._epoch, iter([1])

    def once(*arguments: object) -> float:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return epoch(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(loop, "_epoch", once)
        train(project, stage, ends_with=130)


@pytest.mark.parametrize("change", [call_it_a_diagram, normalise_otherwise])
@pytest.mark.parametrize("stage", TRAINED)
def test_a_run_that_was_killed_before_a_change_ends_as_a_clean_one(
    project, monkeypatch, stage, change
):
    kill(project, stage, monkeypatch)
    (state,) = (project / checkpoint.FOLDER).glob("*.pt")
    change(project)
    resumed = trained(project, stage)
    assert state.exists()  # of the other run, which may be asked for again
    state.unlink()
    assert trained(project, stage) == resumed
