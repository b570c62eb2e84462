"""PairDx in the layout its authors publish: ``image_metadata.csv`` and a folder of images.

A caption that a spreadsheet would run begins with an apostrophe there, as in `readers.spreadsheet`.
"""

import re
from pathlib import Path, PurePosixPath

from pairdx.core.csv_lines import csv_writer
from pairdx.core.schema import PAIRS, SPLITS
from pairdx.core.streaming import stream_rows
from pairdx.readers.spreadsheet import protect

HEADER = ("identifier", "modality", "image", "caption", "split")


def write_layout(pairdx: Path, out: Path) -> None:
    """Write the three tables of ``pairdx`` into the existing folder ``out``."""
    images = out / "images"
    images.mkdir()
    used: set[str] = set()
    with (out / "image_metadata.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv_writer(lines)
        writer.writerow(HEADER)
        for split in SPLITS:
            for pair in stream_rows(pairdx / f"{split}.parquet", PAIRS):
                name = _file_name(pair["image"]["path"], used)
                (images / name).write_bytes(pair["image"]["bytes"])
                writer.writerow((pair["id"], pair["label"], name, protect(pair["caption"]), split))


def _file_name(path: str, used: set[str]) -> str:
    """Return a name that every file system takes, and none gives to two images."""
    plain = PurePosixPath(re.sub(r"[^A-Za-z0-9._-]", "_", path).lstrip("."))
    name, number = plain.name, 1
    while name.lower() in used:
        number += 1
        name = f"{plain.stem}_{number}{plain.suffix}"
    used.add(name.lower())
    return name
