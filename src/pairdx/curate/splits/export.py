"""PairDx in the layout its authors publish: ``image_metadata.csv`` and a folder of images.

Beside them is ``metadata.csv``, by which Hugging Face's `imagefolder` keeps captions and labels. A
caption that a spreadsheet would run begins with an apostrophe in both, as in `readers.spreadsheet`.
"""

import re
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import Any

from pairdx.core.csv_lines import csv_writer
from pairdx.core.schema import PAIRS, SPLITS
from pairdx.core.streaming import stream_rows
from pairdx.readers.spreadsheet import protect

# The columns of both, by those of PAIRS.
PUBLISHED = {
    "identifier": "id",
    "modality": "label",
    "image": "file",
    "caption": "caption",
    "split": "split",
}
LOADED = {
    "file_name": "path",
    **{name: name for name in ("caption", "label", "split", "id", "article_id", "license")},
}
FILES = {"image_metadata.csv": PUBLISHED, "metadata.csv": LOADED}
# `imagefolder` takes a file of such a name for one of a split, and then leaves all others out.
_SPLIT_WORD = re.compile(
    r"(?<![A-Za-z])(train|training|validation|valid|dev|val|test|testing|eval|evaluation)"
    r"(?![A-Za-z])"
)


def write_layout(pairdx: Path, out: Path) -> None:
    """Write the three tables of ``pairdx`` into the existing folder ``out``."""
    images = out / "images"
    images.mkdir()
    used: set[str] = set()
    with ExitStack() as stack:
        writers = {}
        for name, columns in FILES.items():
            file = stack.enter_context((out / name).open("w", encoding="utf-8", newline=""))
            writers[name] = csv_writer(file)
            writers[name].writerow(columns)
        for split in SPLITS:
            for pair in stream_rows(pairdx / f"{split}.parquet", PAIRS):
                file_name = _file_name(pair["image"]["path"], used)
                (images / file_name).write_bytes(pair["image"]["bytes"])
                for name, columns in FILES.items():
                    writers[name].writerow(_cells(pair, split, file_name, columns))


def _cells(pair: Mapping[str, Any], split: str, file: str, columns: Mapping[str, str]) -> list[Any]:
    """Return one row; the split is its table's, whatever the pair says."""
    known = {**pair, "split": split, "file": file, "path": f"images/{file}"}
    known["caption"] = protect(pair["caption"])
    return [known[name] for name in columns.values()]


def _file_name(path: str, used: set[str]) -> str:
    """Return a name that every file system takes, and none gives to two images."""
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", path).lstrip(".")
    plain = PurePosixPath(_SPLIT_WORD.sub(r"\1x", safe))
    name, number = plain.name, 1
    while name.lower() in used:
        number += 1
        name = f"{plain.stem}_{number}{plain.suffix}"
    used.add(name.lower())
    return name
