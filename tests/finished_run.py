"""A run as the stages leave it: the committed results, and small pairs and models beside them."""

import io
import shutil
import subprocess
import tarfile

import pyarrow as pa
import pytest
from closure import ROOT
from pipeline import PARAMS
from small import drawn

from pairdx.core.schema import PAIRS, SPLITS, write_table
from pairdx.evidence.report.records import Records
from pairdx.evidence.report.report import Run
from pairdx.models.common.card import ModelCard
from pairdx.pages.gallery import Card, Picture, Section, write_sections

HOSTILE = '<script>alert("x")</script><b>'
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs="
MODELS = PARAMS["compared"]
UNTRAINED = "biomedclip_zero_shot"


def write_pairs(folder, source="synthetic sample", caption=HOSTILE):
    """Write twelve pairs a split, two a class."""
    pairs = drawn(36)
    for number, split in enumerate(SPLITS):
        rows = range(12 * number, 12 * number + 12)
        columns = {name: [None] * 12 for name in PAIRS.names}
        columns |= {
            "id": [pairs.ids[row] for row in rows],
            "article_id": [pairs.articles[row] for row in rows],
            "label": [pairs.labels[row] for row in rows],
            "image": [{"bytes": pairs.images[row], "path": None} for row in rows],
            "width": [16] * 12,
            "height": [16] * 12,
            "caption": [caption] * 12,
            "split": [split] * 12,
            "license": ["CC BY", "CC BY-NC", "CC0"] * 4,
            "source": [source] * 12,
        }
        write_table(pa.table(columns, PAIRS), folder / f"{split}.parquet", PAIRS)


def write_cases(path):
    """Write an error and a dispute, as stage `explain` does."""
    card = Card(
        id="PMC1_01",
        tags=("chart", "wrong"),
        pictures=(Picture(PIXEL, "the image"), Picture(PIXEL, "fusion: radiology")),
        caption=(("Mass ", 0.4), (HOSTILE, -0.9)),
        facts=(("label", "chart"),),
    )
    path.parent.mkdir(parents=True)
    write_sections(path, [Section(kind, "Both.", (card,)) for kind in ("Right", "Wrong")])


@pytest.fixture(scope="session")
def committed_results(tmp_path_factory):
    """A folder with `metrics/` and `plots/` as of the last commit; nobody writes into it."""
    folder = tmp_path_factory.mktemp("committed")
    words = ["git", "archive", "HEAD", "metrics", "plots"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True)
    if done.returncode:
        pytest.skip("not in a checkout with a commit")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="session")
def finished(committed_results, tmp_path_factory):
    """A whole run; nobody writes into it."""
    folder = tmp_path_factory.mktemp("run")
    shutil.copytree(committed_results, folder, dirs_exist_ok=True)
    write_pairs(folder / "data" / "pairdx")
    write_cases(folder / "data" / "explain" / "cases.json")
    for name in MODELS:
        (folder / "models" / name).mkdir(parents=True)
        card = ModelCard(name, "clip", "a small one", name != UNTRAINED, 1_234_567)
        card.save(folder / "models" / name)
    return folder


@pytest.fixture
def project(finished, tmp_path):
    """A whole run that a test may change."""
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    return tmp_path


def run_of(folder, **changes):
    """What the report is made from."""
    values = {
        "records": Records(folder / "metrics", folder / "plots"),
        "data": folder / "data" / "pairdx",
        "models": folder / "models",
        "cases": folder / "data" / "explain" / "cases.json",
        "compared": MODELS,
        "others": [],
        "confidence": 0.95,
        "seed": 17,
    }
    return Run(**values | changes)
