"""The pairs in the forms that others read: Parquet shards, or tar shards.

A shard holds at most `SHARD` pairs, some 160 MB on real data, in the order of their ids. The same
pairs give the same bytes.
"""

import io
import json
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from pairdx.core.csv_lines import csv_writer
from pairdx.core.decode import opened
from pairdx.core.outputs import write_text
from pairdx.core.schema import LABELS, PAIRS, SPLITS, open_table
from pairdx.core.streaming import TableWriter, stream_rows
from pairdx.readers.spreadsheet import protect

SHARD = 4096
INDEX = "pairs.csv"
LISTED = ("id", "caption", "label", "split", "article_id", "license")
IMAGE_NAMES = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}  # what readers of shards look for

Row = dict[str, Any]


def write_parquet(data: Path, out: Path) -> None:
    """Write ``data/<split>-00000-of-00001.parquet`` and so on into the folder ``out``."""
    (out / "data").mkdir()
    for split in SPLITS:
        for number, total, rows in _shards(data / f"{split}.parquet"):
            name = f"{split}-{number:05d}-of-{total:05d}.parquet"
            with TableWriter(out / "data" / name, PAIRS) as writer:
                for row in rows:
                    writer.write(row)


def write_tars(data: Path, out: Path, class_names: Sequence[str], templates: Sequence[str]) -> None:
    """Write ``<split>/<number>.tar`` into the folder ``out``, as `clip_benchmark` expects them.

    A pair is four files of one name: the image as it is, ``.txt`` the caption, ``.cls`` the number
    of the class, ``.json`` all but the image. ``pairs.csv`` lists them.

    Args:
        data: the splits.
        out: an existing folder.
        class_names: as sentences say them, in the order of the classes.
        templates: sentences with ``{}`` for the name of a class.
    """
    with (out / INDEX).open("w", encoding="utf-8", newline="") as lines:
        index = csv_writer(lines)
        index.writerow(("file", *LISTED))
        for split in SPLITS:
            (out / split).mkdir()
            for number, total, rows in _shards(data / f"{split}.parquet"):
                write_text(out / split / "nshards.txt", f"{total}\n")
                with _tar(out / split / f"{number}.tar") as tar:
                    for place, row in enumerate(rows, number * SHARD):
                        file = f"{split}/{number}.tar/{_add(tar, f'{place:08d}', row)}"
                        index.writerow((file, *(protect(row[name] or "") for name in LISTED)))
    write_text(out / "classnames.txt", "\n".join(class_names))
    sentences = [template.replace("{}", "{c}") for template in templates]
    write_text(out / "zeroshot_classification_templates.txt", "\n".join(sentences))


def _shards(path: Path) -> Iterator[tuple[int, int, Iterator[Row]]]:
    """Yield the number of each shard, how many there are, and its rows; one if there are none."""
    with open_table(path, PAIRS.names) as file:
        total = max(1, -(-file.metadata.num_rows // SHARD))
    rows = stream_rows(path, PAIRS)
    for number in range(total):
        yield number, total, islice(rows, SHARD)


def _tar(path: Path) -> tarfile.TarFile:
    return tarfile.open(path, "w", format=tarfile.USTAR_FORMAT)


def _add(tar: tarfile.TarFile, key: str, row: Mapping[str, Any]) -> str:
    """Add a pair; return the name of its image."""
    image = row["image"]["bytes"]
    name = f"{key}.{_image_name(image)}"
    rest = {name: value for name, value in row.items() if name != "image"}
    files = {
        name: image,
        f"{key}.cls": str(LABELS.index(row["label"])).encode(),
        f"{key}.json": json.dumps(rest, ensure_ascii=False).encode(),
        f"{key}.txt": row["caption"].encode(),
    }
    for file, content in files.items():
        entry = tarfile.TarInfo(file)  # of no time and nobody, but readable by all
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return name


def _image_name(image: bytes) -> str:
    form = opened(image).format or ""
    return IMAGE_NAMES.get(form, form.lower())
