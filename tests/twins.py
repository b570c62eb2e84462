"""Every image once under each of the six classes, scanned and scrubbed."""

from collections import defaultdict
from pathlib import Path

from pairdx.core.schema import LABELS, SCRUBBED, read_table
from pairdx.curate.scan.scan import scan
from pairdx.curate.scrub.scrub import scrub
from pairdx.sources.folder import NORMALISED, read_rows
from pairdx.sources.imported import write_pairs

WRITTEN = ("image", "width", "height", "caption", "age")


def scrub_twins(images, captions, scan_params, scrub_params, folder, labels=LABELS, cache=None):
    """Return what is written of each image, by its name and then by the class it was given.

    Args:
        images: encoded ones, by name.
        captions: by name.
        scan_params, scrub_params: the sections.
        folder: an empty one.
        labels: the classes each image is given.
        cache: a folder that may hold facts.
    """
    raw = folder / "raw"
    raw.mkdir(parents=True)
    empty = dict.fromkeys(NORMALISED, "")
    rows = [
        empty
        | {
            "id": f"{name}:{label}",
            "image": name,
            "caption": captions[name],
            "label": label,
            "age": "91.0",
            "article_id": name,
        }
        for name in images
        for label in labels
    ]
    write_pairs(raw, rows, [], images.__getitem__)
    cohort = read_rows(raw)
    facts = scan(raw, cohort, scan_params, cache or folder / "cache")
    scrub(raw, cohort, facts, scrub_params, {}, folder / "scrubbed.parquet")
    written = defaultdict(dict)
    for row in read_table(folder / "scrubbed.parquet", SCRUBBED).to_pylist():
        name, label = row["id"].split(":")
        row["image"] = (row["image"]["bytes"], Path(row["image"]["path"]).suffix)
        written[name][label] = tuple(row[column] for column in WRITTEN)
    return written
