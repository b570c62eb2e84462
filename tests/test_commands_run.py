"""The commands of README.md and docs/ as a reader types them, in a clone after a run (slow)."""

import csv
import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from clones import copied, run, typed
from closure import ROOT
from documents import PAGES, console

pytestmark = pytest.mark.slow

TYPED = [page for page in PAGES if any(not block.note for block in console(page))]


@pytest.fixture(scope="module")
def reader(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone with what pages speak of: pictures, a folder of pairs, what a browser saved."""
    folder = copied(finished, tmp_path_factory.mktemp("reader") / "project")
    write_pictures(folder)
    write_pairs(folder / "data" / "pairdx", folder / "path" / "to" / "folder")
    write_labels(folder / "data" / "label_audit.parquet", folder.parent / "Downloads")
    return folder


def write_pictures(folder: Path) -> None:
    """One, and some with a table of captions or as JSON lines."""
    picture = ROOT / "examples" / "pairs" / "images" / "ct_head.jpg"
    (folder / "pictures").mkdir()
    for name in ("picture.jpg", "pictures/a.jpg"):
        shutil.copy(picture, folder / name)
    write_csv(folder / "pictures" / "pairs.csv", ["image", "caption"], [["a.jpg", "Axial CT"]])
    line = {"image": "pictures/a.jpg", "caption": "Axial CT"}
    (folder / "pictures.jsonl").write_text(f"{json.dumps(line)}\n", encoding="utf-8")


def write_labels(audit: Path, folder: Path) -> None:
    """What two readers say of the first pairs."""
    folder.mkdir()
    pairs = pq.read_table(audit, columns=["id", "label"]).slice(0, 5).to_pylist()
    for name in ("Ann", "Ben"):
        rows = [[pair["id"], name, pair["label"]] for pair in pairs]
        write_csv(folder / f"labels-{name}.csv", ["id", "reader", "label"], rows)


def write_pairs(pairs: Path, folder: Path) -> None:
    """Lay out the pairs of all splits as a folder of one's own."""
    columns = ["id", "caption", "label", "article_id"]
    folder.mkdir(parents=True)
    rows: list[list[str]] = []
    for row in pq.ParquetDataset(sorted(pairs.glob("*.parquet"))).read().to_pylist():
        name = f"{len(rows)}.jpg"
        (folder / name).write_bytes(row["image"]["bytes"])
        rows.append([*(row[column] for column in columns), name])
    write_csv(folder / "pairs.csv", [*columns, "image"], rows)


def write_csv(path: Path, columns: list[str], rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns, *rows])


@pytest.mark.parametrize("page", TYPED, ids=lambda page: page.name)
def test_the_commands_of_a_page_run(reader: Path, page: Path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(reader.parent))
    for block in console(page):
        if not block.note:
            typed(reader, block)
            go_back(reader)


def go_back(folder: Path) -> None:
    """Bring back what a block changed: the next one starts from the run."""
    if run(folder, "git", "status", "--porcelain", "--untracked-files=no"):
        run(folder, "git", "checkout", "-q", "HEAD", "--", ".")
        run(folder, "dvc", "checkout", "-q")
