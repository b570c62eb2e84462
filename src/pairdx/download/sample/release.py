"""Write a drawn release: MultiCaRe's fifteen files, the ground truth and a README."""

import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from pairdx.core.outputs import write_text
from pairdx.download.sample.articles import (
    abstracts_table,
    case_images_table,
    cases_table,
    metadata_table,
)
from pairdx.download.sample.labels import captions_and_labels, data_dictionary
from pairdx.download.sample.layout import make_plan
from pairdx.download.sample.pictures import Picture, picture
from pairdx.download.sample.plan import Plan, Row
from pairdx.download.sample.truth import truth_table

_README = """This is a synthetic sample in the shape of a MultiCaRe 2.x release.

Every image is drawn and every text composed by pairdx; nothing comes from a patient or an article.
It shows that the pipeline runs. Results on it say nothing about medicine.

synthetic_truth.parquet lists what was planted: duplicates, identifiers, damaged files, and whether
image, caption or only both together tell the class. The other files are named as MultiCaRe's are.
"""


def _archive(path: Path, plan: Plan, rows: list[Row], progress: tqdm) -> dict[str, Picture]:
    """Write one zip; return its pictures with their content left out, by file."""
    done: dict[str, Picture] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for row in rows:
            progress.update()
            if row.defect == "missing" or row.copy_kind == "second_case":
                continue
            drawn = picture(plan, row)
            # A ZipInfo of our own has a fixed date, and none of the clock's.
            archive.writestr(zipfile.ZipInfo(row.member), drawn.content)
            done[row.file] = drawn
    return done


def _write_parquet(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="snappy")


def draw_release(folder: Path, images: int, seed: int) -> None:
    """Draw a release with ``images`` rows into ``folder``; the same arguments, the same bytes."""
    plan = make_plan(images, seed)
    sizes: dict[str, int] = {}
    burned: dict[str, Picture] = {}
    folder.mkdir(parents=True, exist_ok=True)
    with tqdm(total=images, desc="draw", unit="image", disable=None) as progress:
        for digit in range(1, 10):
            rows = [row for row in plan.rows if row.file.startswith(f"PMC{digit}")]
            drawn = _archive(folder / f"PMC{digit}.zip", plan, rows, progress)
            sizes.update({file: len(done.content) for file, done in drawn.items()})
            burned.update({file: done for file, done in drawn.items() if done.burned_in})
    _write_parquet(cases_table(plan), folder / "cases.parquet")
    _write_parquet(case_images_table(plan), folder / "case_images.parquet")
    _write_parquet(metadata_table(plan), folder / "metadata.parquet")
    _write_parquet(abstracts_table(plan), folder / "abstracts.parquet")
    _write_parquet(truth_table(plan, burned), folder / "synthetic_truth.parquet")
    write_text(folder / "captions_and_labels.csv", captions_and_labels(plan, sizes))
    write_text(folder / "data_dictionary.csv", data_dictionary())
    write_text(folder / "README.txt", _README)
