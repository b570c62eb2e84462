"""A scan that is killed outright, with its workers, again and again."""

import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
import yaml
from closure import ROOT as TOP
from drawn import write
from releases import encode, picture, rows_of, write_release

from pairdx.core.schema import COHORT, LABELS, write_table
from pairdx.sources.multicare import read_rows

OPTIONS = ("--raw", "data/raw", "--cohort", "data/cohort.parquet", "--out", "data/scan.parquet")

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path):
    """A project with 120 images that show a date each."""
    params = yaml.safe_load((TOP / "params.yaml").read_text(encoding="utf-8"))
    params["scan"]["workers"] = 2
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    rows = rows_of(20, LABELS)
    images = {}
    for number, row in enumerate(rows):
        image = picture(number, (320, 240)).point(lambda value: value // 3)
        write(image, (20, 40 + number), f"{1 + number % 28:02}/03/2019", 16)
        images[row["file"]] = encode(image)
    write_release(tmp_path / "data/raw", rows, images=images)
    write_table(read_rows(tmp_path / "data/raw"), tmp_path / "data/cohort.parquet", COHORT)
    return tmp_path


def start(project):
    return subprocess.Popen(
        [sys.executable, TOP / "stages/scan.py", *OPTIONS],
        cwd=project,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(process):
    told = process.communicate(timeout=300)[1]
    assert process.returncode == 0, told
    return told


def facts(project):
    file = project / ".cache/scan/facts.sqlite"
    if not file.exists():
        return 0
    # Who waits for a writer sees too late how far it is.
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=0.05) as database:
        try:
            return database.execute("SELECT count(*) FROM facts").fetchone()[0]
        except sqlite3.OperationalError:  # it is being written, or the table is not made yet
            return 0


def kill_after(project, process, count):
    """Kill it and its workers once that many facts are kept; return how many are."""
    while facts(project) < count and process.poll() is None:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    return facts(project)


def test_a_killed_scan_goes_on_and_gives_the_same_bytes(project, tmp_path_factory):
    kept = [kill_after(project, start(project), count) for count in (1, 60, 150)]
    assert 0 < kept[0] < kept[1] < kept[2] < 240
    assert not (project / "data/scan.parquet").exists()
    told = finish(start(project))
    # Two facts an image, words and faces; what was kept is not looked for again. Each kill costs
    # at most what two workers were at: that is under 1 % of a scan of a few hundred images.
    assert f"{kept[2]} facts were known from .cache/scan, {240 - kept[2]} are new" in told
    broken = (project / "data/scan.parquet").read_bytes()

    (project / ".cache/scan").rename(tmp_path_factory.mktemp("old") / "scan")
    assert "0 facts were known from .cache/scan, 240 are new" in finish(start(project))
    assert (project / "data/scan.parquet").read_bytes() == broken
