"""The curation scripts as DVC runs them, from a raw folder to the exported pairs."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from releases import encode, picture, rows_of, write_csv, write_release

from pairdx.schema import LABELS, PAIRS, SPLITS, read_table

TOP = Path(__file__).parents[2]
INPUTS = {
    "filter": {"raw": "data/raw"},
    "scan": {"raw": "data/raw", "cohort": "data/cohort.parquet"},
    "scrub": {"raw": "data/raw", "cohort": "data/cohort.parquet", "scan": "data/scan.parquet"},
    "balance": {"scrubbed": "data/scrubbed.parquet"},
    "split": {"scrubbed": "data/scrubbed.parquet", "balanced": "data/balanced.parquet"},
    "export_pairdx": {"pairdx": "data/pairdx"},
}
OUTPUTS = {
    "download": {"out": "data/raw"},
    "filter": {
        "out": "data/cohort.parquet",
        "metrics": "metrics/filter.json",
        "plot": "plots/attrition.csv",
    },
    "scan": {"out": "data/scan.parquet"},
    "scrub": {
        "out": "data/scrubbed.parquet",
        "screened": "data/screened.parquet",
        "metrics": "metrics/scrub.json",
    },
    "balance": {"out": "data/balanced.parquet", "metrics": "metrics/balance.json"},
    "split": {"out": "data/pairdx", "metrics": "metrics/split.json"},
    "export_pairdx": {"out": "data/export"},
}


@pytest.fixture
def project(tmp_path):
    """An empty project whose params take a release of 20 images a type from `release/`."""
    params = yaml.safe_load((TOP / "params.yaml").read_text(encoding="utf-8"))
    params["download"] |= {"source": "multicare", "path": "release"}
    params["scan"]["workers"] = 1
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    return tmp_path


def run(project, stage):
    paths = INPUTS.get(stage, {}) | OUTPUTS[stage]
    options = [word for name, path in paths.items() for word in (f"--{name}", path)]
    return subprocess.run(
        [sys.executable, TOP / "stages" / f"{stage}.py", *options],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def assert_fails(project, stage, *told):
    """One line on stderr, exit code 1, and nothing of the stage's outputs is there."""
    done = run(project, stage)
    assert done.returncode == 1, done.stderr
    line = done.stderr.splitlines()[-1]
    assert line.startswith("error: ")
    assert "Traceback" not in done.stderr
    for words in told:
        assert words in line
    for path in OUTPUTS[stage].values():
        assert not (project / path).exists()
    assert list(project.rglob("*.partial")) == []


def contents(project):
    return {
        str(path.relative_to(project)): path.read_bytes()
        for top in ("data", "metrics", "plots")
        for path in (project / top).rglob("*")
        if path.is_file()
    }


def test_from_release_to_export_twice_the_same(project):
    write_release(project / "release", rows_of(articles=20))
    for stage in OUTPUTS:
        done = run(project, stage)
        assert done.returncode == 0, (stage, done.stderr)
    first = contents(project)
    counts = json.loads(first["metrics/split.json"])["counts"]
    assert counts["test"] == {"total": 18, **dict.fromkeys(LABELS, 3)}
    for split in SPLITS:
        table = read_table(project / "data/pairdx" / f"{split}.parquet", PAIRS)
        assert len(table) == counts[split]["total"]
    with (project / "data/export/image_metadata.csv").open(encoding="utf-8") as lines:
        assert len(list(csv.DictReader(lines))) == 120
    for stage in OUTPUTS:
        assert run(project, stage).returncode == 0
    assert contents(project) == first


def test_download_names_a_missing_file(project):
    write_release(project / "release", rows_of())
    (project / "release/metadata.parquet").unlink()
    assert_fails(project, "download", "release/metadata.parquet: missing")


def test_download_names_a_row_of_the_folder(project):
    (project / "mine").mkdir()
    (project / "mine/a.png").write_bytes(encode(picture(1))[:50])
    rows = [{"id": "a", "image": "a.png", "label": "chart"}]
    write_csv(project / "mine/pairs.csv", ["id", "image", "caption", "label"], rows)
    text = (project / "params.yaml").read_text(encoding="utf-8")
    text = text.replace("source: multicare", "source: folder")
    text = text.replace("folder: examples/pairs", "folder: mine")
    (project / "params.yaml").write_text(text, encoding="utf-8")
    assert_fails(project, "download", "mine/pairs.csv", "none of its 1 rows")


def test_filter_names_an_empty_class(project):
    rows = [row for row in rows_of() if row["image_type"] != "endoscopy"]
    write_release(project / "data/raw", rows)
    assert_fails(project, "filter", "'endoscopy'", "download.source")


def test_scan_names_a_corrupt_table(project):
    write_release(project / "data/raw", rows_of())
    (project / "data/cohort.parquet").write_bytes(b"PAR1 cut")
    assert_fails(project, "scan", "data/cohort.parquet: not a readable Parquet table")


def test_split_names_a_class_of_too_few_articles(project):
    write_release(project / "release", rows_of(articles=2))
    for stage in ("download", "filter", "scan", "scrub", "balance"):
        assert run(project, stage).returncode == 0
    assert_fails(project, "split", "class 'chart' has pairs of 2 articles", "split.group_by")
