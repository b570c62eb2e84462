"""A small data set as the pipeline leaves it: tables, the release's list of articles, metrics."""

import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small import drawn, write_params

from pairdx.core.schema import LABELS, PAIRS, SPLITS, write_table
from pairdx.sources.provenance import Provenance, write_provenance

EACH = 2  # pairs of a class in a split
LICENCES = ("CC BY", "CC BY-NC-SA", "CC0")
CAPTION = '=A "quoted"\r\ncaption, ü'


@dataclass(frozen=True)
class Project:
    """Where everything lies, and what it holds."""

    top: Path
    rows: dict[str, list[dict]]  # of each split, in the order of the tables

    @property
    def data(self):
        return self.top / "data" / "pairdx"

    @property
    def raw(self):
        return self.top / "data" / "raw"

    @property
    def metrics(self):
        return self.top / "metrics"


def write_project(top, source):
    """Write a project whose pairs are of ``source``."""
    pairs = drawn(len(SPLITS) * EACH * len(LABELS))
    rows = {split: [] for split in SPLITS}
    for number, id_ in enumerate(pairs.ids):
        split = SPLITS[number // (EACH * len(LABELS))]
        rows[split].append(
            {
                "id": id_,
                "image": {"bytes": pairs.images[number], "path": f"{id_}.png"},
                "width": 32,
                "height": 32,
                "caption": CAPTION if number == 3 else pairs.captions[number],
                "label": pairs.labels[number],
                "split": split,
                "article_id": f"PMC{number // 2}",
                "age": None if number == 5 else 50.0,
                "sex": "female",
                "license": LICENCES[number // 2 % len(LICENCES)],
                "source": source,
            }
        )
    project = Project(top, rows)
    for split, part in rows.items():
        table = pa.Table.from_pylist(part, schema=PAIRS)
        write_table(table, project.data / f"{split}.parquet", PAIRS)
    _write_articles(project)
    _write_metrics(project)
    write_params(top)
    return project


def _write_articles(project):
    project.raw.mkdir(parents=True)
    told = {
        "title": "A case, told",
        "authors": [f"Author {number}" for number in range(8)],
        "journal_detail": "Journal. 2020; 1",
        "year": "2020",
        "doi": "10.5555/1",
        "link": "https://example.org/1",
    }
    table = pa.table({"article_id": ["PMC1"], "article_metadata": [told]})
    pq.write_table(table, project.raw / "metadata.parquet")


def _write_metrics(project):
    steps = {"all": {"total": 99}, "adult": {"total": 80}}
    counts = {name: {"total": EACH * 6, **dict.fromkeys(LABELS, EACH)} for name in SPLITS}
    shared = {"articles": {"shared": 0}, "captions": {"shared": 4}}
    balance = {"exact_duplicates": 7, "near_duplicates": 6, "conflicting_labels": 5}
    split = {"balance": balance, "counts": counts, "leakage": {"train_test": shared}}
    identifiers = {"date": {"masked": 11}, "name": {"masked": 2}}
    scrub = {"pairs": 70, "images_rewritten": 12, "identifiers": identifiers}
    project.metrics.mkdir()
    for name, content in {"filter": {"steps": steps}, "split": split, "scrub": scrub}.items():
        (project.metrics / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def project(tmp_path):
    """Drawn pairs."""
    return write_project(tmp_path / "project", "synthetic sample")


@pytest.fixture
def curated(tmp_path):
    """Pairs of a release of MultiCaRe."""
    project = write_project(tmp_path / "curated", "MultiCaRe")
    write_provenance(project.raw, Provenance("MultiCaRe", 14994046, "2.0", "md5", {}))
    return project
