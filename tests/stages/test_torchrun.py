"""A training stage started by `torchrun`, as docs/experiments.md says."""

import csv
import os
import subprocess
import sys

import pyarrow as pa
import pytest
from closure import ROOT
from imports import importing
from small import drawn, word_vectors, write_params

from pairdx.core.schema import PAIRS, write_table

SMALL = {
    "precision": "float32",
    "classifier__image_encoder": "test_resnet",
    "classifier__image_size": 32,
    "classifier__epochs": 2,
    "classifier__batch_size": 8,
}
HERE = ["--standalone", "--local-addr", "127.0.0.1"]  # a bare machine may not know its own name
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", *HERE, "--nproc-per-node", "2"]
WORDS = "--pairs pairs --vectors words.safetensors --out fusion --history h.csv --timing t.json"


@pytest.fixture
def project(tmp_path):
    """A folder in which fusion trains in a second."""
    for split, count in {"train": 21, "validation": 9}.items():
        pairs = drawn(count)
        rows = [
            {
                "id": pairs.ids[row],
                "article_id": pairs.articles[row],
                "case_id": pairs.cases[row],
                "figure_id": pairs.figures[row],
                "image": {"bytes": pairs.images[row], "path": f"{row}.png"},
                "caption": pairs.captions[row],
                "label": pairs.labels[row],
                "split": split,
            }
            for row in range(count)
        ]
        path = tmp_path / "pairs" / f"{split}.parquet"
        write_table(pa.Table.from_pylist(rows, PAIRS), path, PAIRS)
    word_vectors().save(tmp_path / "words.safetensors")
    write_params(tmp_path, **SMALL)
    return tmp_path


def train(project, start):
    environment = os.environ | {"PYTHONPATH": importing(ROOT / "src"), "OMP_NUM_THREADS": "1"}
    command = [*start, str(ROOT / "stages" / "train_fusion.py"), *WORDS.split()]
    heard = {"capture_output": True, "text": True, "timeout": 300}
    return subprocess.run(command, cwd=project, env=environment, **heard)


def left(project):
    return {path.relative_to(project) for path in project.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_it_writes_what_one_process_does_and_says_it_once(project):
    assert train(project, [sys.executable]).returncode == 0
    alone, history = left(project), (project / "h.csv").read_text(encoding="utf-8")
    for name in ("fusion/weights.safetensors", "h.csv", "t.json"):
        (project / name).unlink()
    done = train(project, TORCHRUN)
    assert done.returncode == 0, done.stderr
    assert left(project) == alone
    assert done.stdout.count("train_fusion: 2 epochs") == 1
    histories = (history, (project / "h.csv").read_text(encoding="utf-8"))
    rows = (csv.DictReader(text.splitlines()) for text in histories)
    for one, two in zip(*rows, strict=True):
        for loss in ("train_loss", "validation_loss"):  # by rounding, a pair may be told otherwise
            assert float(two[loss]) == pytest.approx(float(one[loss]), rel=1e-3)


@pytest.mark.slow
def test_an_error_is_one_line_of_ours(project):
    write_params(project, **SMALL | {"classifier__image_encoder": "no_such_net"})
    before = left(project)
    done = train(project, TORCHRUN)
    assert done.returncode != 0
    assert done.stderr.count("error: image_encoder = 'no_such_net'; allowed are") == 1
    assert left(project) == before


def test_the_documented_commands_are_those_of_the_pipeline():
    """The stage's words as dvc.yaml has them; `sed` finds every stage that trains a network."""
    text = (ROOT / "docs" / "experiments.md").read_text(encoding="utf-8")
    written = " ".join(text.partition("--nproc-per-node 2 ")[2].partition("\ndvc")[0].split())
    commands = " ".join((ROOT / "dvc.yaml").read_text(encoding="utf-8").split())
    assert written.replace("\\ ", "") in commands
    sed = next(line for line in text.splitlines() if line.startswith("sed "))
    changed = subprocess.run(
        sed.replace(" -i ", " "), shell=True, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    started = {
        word.partition("/")[2]
        for line in changed.splitlines()
        if "torchrun" in line
        for word in line.split()
        if word.startswith("stages/")
    }
    joined = {
        path.name
        for path in (ROOT / "stages").glob("*.py")
        if "together()" in path.read_text(encoding="utf-8") or "train_folder" in path.read_text()
    }
    assert started == joined
    assert len(joined) == 5
