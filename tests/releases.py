"""A MultiCaRe 2.x release of a handful of images, written by hand: only the shape is real."""

import csv
import io
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from pairdx.core.schema import LABELS

HEADER = [
    "file_id",
    "file",
    "main_image",
    "image_component",
    "patient_id",
    "license",
    "file_size",
    "caption",
    "case_substring",
    "image_type",
    "image_subtype",
    "radiology_region",
    "radiology_region_granular",
    "radiology_view",
    "ml_labels_for_supervised_classification",
    "gt_labels_for_semisupervised_classification",
]
SUBTYPES = {
    "chart": "chart",
    "electrography": "ekg",
    "endoscopy": "gi_endoscopy",
    "medical_photograph": "skin_photograph",
    "ophthalmic_imaging": "oct",
    "radiology": "ct",
    "pathology": "h&e",
}


def picture(seed, size=(48, 40), mode="RGB"):
    """Coarse noise: pictures of different seeds have perceptual hashes far apart."""
    noise = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    return Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC).convert(mode)


def encode(image, form="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def rows_of(articles=3, labels=(*LABELS, "pathology")):
    """One row per article and label; article numbers and pictures differ throughout."""
    rows = []
    for number, label in enumerate(label for label in labels for _ in range(articles)):
        article = f"PMC{1 + number % 9}{10000 + number}"
        rows.append(
            {
                "file": f"{article}_fig-1_a_undivided_1_1.webp",
                "main_image": f"{article}_01_fig-1_a.jpg",
                "image_component": "undivided",
                "patient_id": f"{article}_01",
                "license": "CC BY",
                "caption": f'A {label}, "quoted",\nnumber {number}.',
                "image_type": label,
                "image_subtype": SUBTYPES[label],
            }
        )
    return rows


def write_csv(path, header, rows):
    with Path(path).open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, header, restval="")
        writer.writeheader()
        writer.writerows(rows)


def member(file):
    return f"{file[:4]}/{file[:5]}/{file}"


def write_release(folder, rows, ages=None, images=None):
    """Write all 15 files.

    `ages`: patient_id to years (50 where not said); `images`: file to bytes (None: left out;
    a picture of its own where not said).
    """
    folder.mkdir(parents=True, exist_ok=True)
    ages, images = ages or {}, images or {}
    write_csv(folder / "captions_and_labels.csv", HEADER, rows)
    archives = {digit: zipfile.ZipFile(folder / f"PMC{digit}.zip", "w") for digit in "123456789"}
    for number, file in enumerate(dict.fromkeys(row["file"] for row in rows)):
        data = images.get(file, encode(picture(number), "WEBP", lossless=True))
        if data is not None:
            archives[file[3]].writestr(member(file), data)
    for archive in archives.values():
        archive.close()
    cases = {}
    for patient in dict.fromkeys(row["patient_id"] for row in rows):
        case = {"age": ages.get(patient, 50.0), "case_id": patient}
        cases.setdefault(patient.split("_")[0], []).append(
            case | {"case_text": "long", "gender": "Female"}
        )
    kind = pa.struct(
        {
            "age": pa.float64(),
            "case_id": pa.string(),
            "case_text": pa.string(),
            "gender": pa.string(),
        }
    )
    table = pa.table(
        {"article_id": list(cases), "cases": pa.array(list(cases.values()), pa.list_(kind))}
    )
    pq.write_table(table, folder / "cases.parquet")
    for name in ("abstracts.parquet", "case_images.parquet", "metadata.parquet"):
        pq.write_table(pa.table({"article_id": list(cases)}), folder / name)
    (folder / "data_dictionary.csv").write_text("file,field,explanation\n", encoding="utf-8")
    return folder
