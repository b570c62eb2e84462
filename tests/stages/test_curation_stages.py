"""The curation scripts as DVC runs them, from a raw folder to the exported pairs."""

import csv
import json
import subprocess
import sys
import time
import zipfile

import pytest
import scripts
from closure import ROOT as TOP
from pipeline import STAGES, paths
from releases import encode, picture, rows_of, write_csv, write_release
from small import write_params
from zenodo_server import Zenodo

from pairdx.core.schema import LABELS, PAIRS, SPLITS, read_table
from pairdx.curate.splits.export import PUBLISHED

ORDER = ("download", "filter", "scan", "scrub", "review", "split")


@pytest.fixture
def project(tmp_path):
    """An empty project whose params take a release from `release/`."""
    change(tmp_path)
    (tmp_path / "review").mkdir()
    (tmp_path / "review" / "decisions.csv").write_text("id,reader,decision,note,content\n")
    return tmp_path


def change(project, **changes):
    own = {"download__source": "multicare", "download__path": "release", "scan__workers": 1}
    write_params(project, **own | changes)


def run(project, stage):
    """Run a stage as dvc.yaml says."""
    words = STAGES[stage]["cmd"].split(maxsplit=2)[2]
    return scripts.run(project, stage, words)


def assert_fails(project, stage, *told):
    """One line on stderr, exit code 1, and nothing of the stage's outputs is there."""
    done = run(project, stage)
    assert done.returncode == 1, done.stderr
    line = done.stderr.splitlines()[-1]
    assert line.startswith("error: ")
    for words in told:
        assert words in line
    for kind in ("outs", "metrics", "plots"):
        for path in paths(STAGES[stage].get(kind, [])):
            assert not (project / path).exists(), path
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
    for stage in ORDER:
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
    for stage in ORDER:
        assert run(project, stage).returncode == 0
    assert contents(project) == first


def test_the_published_pairs_keep_their_split(project):
    folder = project / "published"
    (folder / "images").mkdir(parents=True)
    rows = []
    for number, label in enumerate(label for label in LABELS for _ in range(6)):
        (folder / "images" / f"{number}.png").write_bytes(encode(picture(number)))
        # One article of each label is in all three splits, as a split by images allows.
        id_ = f"PMC{number // 6}_{number}"
        values = (id_, label, f"{number}.png", f"Pair {number}", SPLITS[number % 3])
        rows.append(dict(zip(PUBLISHED, values, strict=True)))
    write_csv(folder / "image_metadata.csv", tuple(PUBLISHED), rows)
    change(
        project,
        download__source="pairdx_release",
        download__path="published",
        filter__unknown_age="keep",
        balance__cap_per_class=None,
        balance__duplicates="keep",
        split__group_by="published",
    )
    for stage in ORDER:
        done = run(project, stage)
        assert done.returncode == 0, (stage, done.stderr)
    assert "train and test share 6 articles (100.0%)" in done.stdout
    told = json.loads((project / "metrics/filter.json").read_text(encoding="utf-8"))
    assert told["source"]["name"] == "PairDx"
    for split in SPLITS:
        ids = read_table(project / "data/pairdx" / f"{split}.parquet", PAIRS)["id"].to_pylist()
        assert ids == sorted(row["identifier"] for row in rows if row["split"] == split)


def test_a_killed_download_goes_on_where_it_was(project, zenodo):
    release = write_release(project / "release", rows_of(articles=20))
    zenodo.records[20416562] = release
    zenodo.slow = (4096, 0.01)  # 3 MB at 400 kB/s
    (project / "empty").mkdir()
    source = {"download__path": "empty", "download__record": 20416562}
    change(project, **source, download__api=zenodo.api)
    command = [sys.executable, TOP / "stages/download.py", "--out", "data/raw"]
    killed = subprocess.Popen(command, cwd=project, stderr=subprocess.DEVNULL)
    cache = project / ".cache/downloads/zenodo-20416562"
    deadline = time.monotonic() + 120
    while not (list(cache.glob("*.zip")) and list(cache.glob("*.zip.partial"))):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    killed.kill()
    killed.wait()
    assert not (project / "data/raw").exists()
    have = {path.name.removesuffix(".partial"): path.stat().st_size for path in cache.glob("[!.]*")}
    # The kill may come between a file's last byte and its name.
    whole = {name for name, size in have.items() if size == (release / name).stat().st_size}
    # Another server: what the killed run has asked for may still be on its way to the first.
    with Zenodo() as second:
        second.records[20416562] = release
        change(project, **source, download__api=second.api)
        done = run(project, "download")
        assert done.returncode == 0, done.stderr
        asked = dict(second.log)
        assert set(asked) == {"record", *(path.name for path in release.iterdir())} - whole
        for name, span in asked.items():
            assert span == (f"bytes={have[name]}-" if have.get(name) else None)
        assert run(project, "filter").returncode == 0
        told = json.loads((project / "metrics/filter.json").read_text(encoding="utf-8"))
        assert told["source"]["record"] == 20416562
        second.log.clear()
        assert run(project, "download").returncode == 0
        assert second.log == [("record", None)]


def test_download_refuses_version_1(project):
    change(project, download__record=10079370)
    assert_fails(project, "download", "download.record = 10079370", "no labels such as chart")


def test_rows_without_images_are_counted(project):
    rows = rows_of(articles=20)
    lost = {row["file"]: None for row in rows[::20]}  # one of each label
    write_release(project / "data/raw", rows, images=lost)
    assert run(project, "filter").returncode == 0
    steps = json.loads((project / "metrics/filter.json").read_text(encoding="utf-8"))["steps"]
    assert [steps[step]["total"] for step in ("all", "image_present")] == [140, 133]


def test_filter_names_an_archive_with_an_entry_outside(project):
    write_release(project / "data/raw", rows_of())
    with zipfile.ZipFile(project / "data/raw/PMC2.zip", "a") as archive:
        archive.writestr("../outside.webp", b"x")
    assert_fails(project, "filter", "PMC2.zip", "'../outside.webp' points out")


def test_download_names_a_missing_file(project):
    write_release(project / "release", rows_of())
    (project / "release/metadata.parquet").unlink()
    assert_fails(project, "download", "release/metadata.parquet: missing")


def test_download_names_a_row_of_the_folder(project):
    (project / "mine").mkdir()
    (project / "mine/a.png").write_bytes(encode(picture(1))[:50])
    rows = [{"id": "a", "image": "a.png", "label": "chart"}]
    write_csv(project / "mine/pairs.csv", ["id", "image", "caption", "label"], rows)
    change(project, download__source="folder", download__folder="mine")
    assert_fails(project, "download", "mine/pairs.csv", "none of its 1 rows")


def test_filter_names_an_empty_class(project):
    rows = [row for row in rows_of() if row["image_type"] != "endoscopy"]
    write_release(project / "data/raw", rows)
    assert_fails(project, "filter", "'endoscopy'", "download.source")


def test_scan_names_a_corrupt_table(project):
    write_release(project / "data/raw", rows_of())
    (project / "data/cohort.parquet").write_bytes(b"PAR1 cut")
    assert_fails(project, "scan", "data/cohort.parquet: not a readable Parquet table")


def test_scrub_names_the_line_of_an_unknown_decision(project):
    write_release(project / "release", rows_of())
    for stage in ("download", "filter", "scan"):
        assert run(project, stage).returncode == 0
    with (project / "review/decisions.csv").open("a", encoding="utf-8") as lines:
        lines.write("a,Ann,keep,,\nb,Ann,delete,,\n")
    told = "review/decisions.csv: line 3: decision = 'delete'; allowed are keep, mask, drop"
    assert_fails(project, "scrub", told)


def test_split_names_a_class_of_too_few_articles(project):
    write_release(project / "release", rows_of(articles=2))
    for stage in ("download", "filter", "scan", "scrub"):
        assert run(project, stage).returncode == 0
    assert_fails(project, "split", "class 'chart' has pairs of 2 articles", "split.group_by")
