"""The stages that touch every image give the same bytes on a cluster as on one machine."""

import os
import signal
import sqlite3
import threading

import pytest
from dask_cluster import cluster, used
from drawn import write
from releases import encode, picture, rows_of, write_release
from small import drawn, section, write_pairs

from pairdx.core.engine import SCHEDULER
from pairdx.core.errors import PairdxError
from pairdx.core.schema import EMBEDDINGS, PREDICTIONS, SCAN, write_table
from pairdx.curate.scan.fact_cache import FILE, FactCache
from pairdx.curate.scan.params import ScanParams
from pairdx.curate.scan.scan import scan
from pairdx.curate.scrub.params import ScrubParams
from pairdx.curate.scrub.scrub import scrub
from pairdx.prediction.spread import SpreadModel
from pairdx.sources.multicare import read_rows


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    """140 images, each with a date, no two the same."""
    folder, images, rows = tmp_path_factory.mktemp("raw"), {}, rows_of(articles=20)
    for number, row in enumerate(rows):
        image = picture(number, (160, 120)).point(lambda value: value // 4)
        write(image, (20, 10 + number // 2), f"{1 + number % 28:02}/03/2019", 16)
        images[row["file"]] = encode(image, "JPEG")
    return write_release(folder / "raw", rows, images=images)


def scanned(raw, folder):
    facts = scan(raw, read_rows(raw), section(ScanParams, workers=1), folder / "cache")
    write_table(facts, folder / "scan.parquet", SCAN)
    return facts, (folder / "scan.parquet").read_bytes()


def scrubbed(raw, facts, out):
    done = scrub(raw, read_rows(raw), facts, section(ScrubParams), {}, out)
    return out.read_bytes(), done.metrics()


@pytest.mark.slow
def test_a_scan_whose_worker_is_killed_gives_the_same_bytes_and_keeps_its_facts(
    raw, tmp_path, monkeypatch
):
    facts, here = scanned(raw, tmp_path)
    (tmp_path / "far").mkdir()
    with cluster(tmp_path) as (running, processes):
        used(monkeypatch, running)
        killer = threading.Timer(3, lambda: os.kill(processes[0].pid, signal.SIGKILL))
        killer.start()
        assert scanned(raw, tmp_path / "far")[1] == here
        killer.join()
        assert processes[0].wait(10) == -signal.SIGKILL
        kept = FactCache(tmp_path / "far/cache")
        assert len(kept) == len(FactCache(tmp_path / "cache")) == 2 * 140
        assert [path.name for path in kept.path.parent.iterdir() if path.is_dir()] == []
        assert scrubbed(raw, facts, tmp_path / "far.parquet") == at_home(
            monkeypatch, lambda: scrubbed(raw, facts, tmp_path / "here.parquet")
        )


def at_home(monkeypatch, work):
    with monkeypatch.context() as here:
        here.delenv(SCHEDULER, raising=False)
        return work()


def test_facts_that_are_known_are_not_looked_for(raw, tmp_path, monkeypatch):
    """Planted ones come back from workers, which read a copy, and the cache gains none."""
    rows = read_rows(raw).slice(0, 8)
    params = section(ScanParams, workers=1, faces="off")
    scan(raw, rows, params, tmp_path)
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("UPDATE facts SET found = '[]'")
    with cluster(tmp_path, workers=1) as (running, _):
        used(monkeypatch, running)
        facts = scan(raw, rows, params, tmp_path)
    assert facts["words"].to_pylist() == [[]] * 8


@pytest.mark.slow
def test_models_give_the_same_bytes(model_folders, tmp_path, monkeypatch):
    pairs = write_pairs(tmp_path / "pairs.parquet", drawn(600))  # three row groups

    def tables(folder):
        folder.mkdir()
        for name in ("fusion", "tfidf", "clip_zero_shot"):
            predicted = SpreadModel.at(model_folders / name).predict(pairs)
            write_table(predicted, folder / name, PREDICTIONS)
        embedded = SpreadModel.at(model_folders / "clip_zero_shot").embed(pairs)
        write_table(embedded, folder / "embeddings", EMBEDDINGS)
        return [path.read_bytes() for path in sorted(folder.iterdir())]

    here = tables(tmp_path / "here")
    with cluster(tmp_path) as (running, _):
        used(monkeypatch, running)
        assert tables(tmp_path / "far") == here
        with pytest.raises(PairdxError, match="no such file"):
            SpreadModel.at(model_folders / "fusion").predict(tmp_path / "missing.parquet")
        with pytest.raises(PairdxError, match=r"model\.json"):
            SpreadModel.at(tmp_path).predict(pairs)
