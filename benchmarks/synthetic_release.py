"""A release with MultiCaRe's counts and mix, and in its images what a measurement needs.

Counts are those of Zenodo record 14994046: 72,581 articles, 93,816 cases (33,129 with images),
130,791 images, by class and sub-type, licence, sex and age. Its images are WebP:

- `flat`: one of 8 x 8 pixels a class, next to nothing to write;
- `tiny`: each another, of 32 x 32 pixels, so that none is a duplicate or a placeholder;
- `true`: each another, drawn as the sample's are, of the release's mean sizes (398 x 370 pixels and
  16 kB, electrography 619 x 337) and the scatter of 384 real images (0.43 of the log of a side).

`full_scale_release.py` and `rehearsal.py` measure what is done with it.
"""

import csv
import io
import zipfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from pairdx.download.sample.draw import draw
from pairdx.download.sample.labels import COLUMNS
from pairdx.download.sample.motifs import MOTIFS

ARTICLES, CASES, WITH_IMAGES, IMAGES = 72_581, 93_816, 33_129, 130_791
MOST_IMAGES = 47  # of one case
LOST = 25  # rows whose image is in no archive; the real release has some, nobody says how many
TYPES = {
    "radiology": 65_640,
    "pathology": 26_304,
    "medical_photograph": 24_822,
    "chart": 4_877,
    "ophthalmic_imaging": 3_818,
    "endoscopy": 3_356,
    "electrography": 1_974,
}
SUBTYPES = {
    "radiology": {"ct": 25_614, "mri": 19_235, "x_ray": 12_586, "ultrasound": 5_670, "pet": 1_894},
    "pathology": {"h&e": 12_009, "immunostaining": 9_327},
    "medical_photograph": {
        "other_medical_photograph": 15_221,
        "skin_photograph": 7_023,
        "oral_photograph": 2_578,
    },
    "chart": {"chart": 4_877},
    "ophthalmic_imaging": {"fundus_photograph": 1_217, "oct": 1_098},
    "endoscopy": {"gi_endoscopy": 1_930, "airway_endoscopy": 851},
    "electrography": {"ekg": 1_545, "eeg": 318, "emg": 111},
}
LICENSES = {"CC BY": 66_071, "CC BY-NC-SA": 32_404, "CC BY-NC": 32_296, "CC0": 20}
SEXES = {"Male": 44_835, "Female": 42_641, "Transgender": 111, "Unknown": 6_229}
AGE_KNOWN = 85_374 / CASES
# Years by share of the known ages: quartiles 21, 41 and 60; 16.8 % below 15, 22 % below 20.
AGE_SHARES = (0, 0.168, 0.22, 0.25, 0.5, 0.75, 0.999, 1)
AGE_YEARS = (0, 15, 20, 21, 41, 60, 95, 120)
SIDES = {"electrography": (619, 337)}  # pixels, width and height; of the others:
USUAL_SIDES = (398, 370)
SIDE_SCATTER = 0.43  # standard deviation of the logarithm of a side
SIDE_RANGE = (64, 1_600)
QUALITY = 88  # of WebP, with which drawn pictures have the bytes of real ones
FIRST_DIGITS = (0.068, 0.023, 0.175, 0.184, 0.175, 0.139, 0.115, 0.099, 0.022)  # of PMC numbers
CASE = pa.struct(
    [
        ("age", pa.float64()),
        ("case_id", pa.string()),
        ("case_text", pa.string()),
        ("gender", pa.string()),
    ]
)


Draw = Callable[[str, int], bytes]  # an image type and the image's number -> its file


def write_release(folder: Path, times: float, seed: int, images: str = "flat") -> None:
    """Write the 15 files; ``times`` multiplies every count, ``images`` is flat, tiny or true."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    words = rng.integers(97, 123, (20_000, 8), np.uint8).view("S8").ravel().astype(str)
    text = " ".join(words[rng.zipf(1.3, 200_000) % len(words)])
    pmcids = make_pmcids(rng, round(ARTICLES * times))
    extra = rng.choice(len(pmcids), round((CASES - ARTICLES) * times))
    owners = np.sort(np.concatenate([np.arange(len(pmcids)), extra]))
    orders = np.arange(len(owners)) - np.searchsorted(owners, owners) + 1
    cases = [f"{pmcids[o]}_{n:02d}" for o, n in zip(owners, orders, strict=True)]
    write_cases(folder, rng, pmcids, owners, cases, text)
    shown = np.sort(rng.choice(len(cases), round(WITH_IMAGES * times), replace=False))
    patients = [cases[i] for i in np.repeat(shown, images_per_case(rng, len(shown), times))]
    files, labels = write_labels(folder, rng, patients, text)
    lost = set(rng.choice(len(files), round(LOST * times), replace=False).tolist())
    write_archives(folder, files, labels, lost, partial(PICTURES[images], seed))
    write_rest(folder, pmcids, rng)


def make_pmcids(rng: np.random.Generator, count: int) -> list[str]:
    """Draw article numbers of seven or eight digits, sorted as text."""
    first = rng.choice(np.arange(1, 10), count, p=FIRST_DIGITS)
    rest = rng.permutation(9_000_000)[:count] + 1_000_000
    return sorted(f"PMC{a}{b}" for a, b in zip(first, rest, strict=True))


def images_per_case(rng: np.random.Generator, cases: int, times: float) -> np.ndarray:
    """Draw how many images each case has: 3.95 on average, from 1 to 47."""
    counts = np.minimum(rng.geometric(1 / 3.95, cases), MOST_IMAGES)
    while (off := round(IMAGES * times) - int(counts.sum())) != 0:
        step = np.sign(off)
        free = np.flatnonzero((counts + step >= 1) & (counts + step <= MOST_IMAGES))
        counts[rng.choice(free, min(abs(off), len(free)), replace=False)] += step
    return counts


def shuffled(rng: np.random.Generator, counts: dict[str, int], size: int) -> np.ndarray:
    """Return ``size`` names in the proportions of ``counts``, exactly so if they sum to it."""
    names, shares = list(counts), np.array(list(counts.values()))
    if size % shares.sum() == 0:
        return rng.permutation(np.repeat(names, shares * (size // shares.sum())))
    return rng.choice(names, size, p=shares / shares.sum())


def excerpts(rng: np.random.Generator, text: str, lengths: np.ndarray) -> list[str]:
    """Cut pieces of the given lengths out of ``text``."""
    starts = rng.integers(0, len(text) - lengths.max(), len(lengths))
    return [text[a : a + n] for a, n in zip(starts.tolist(), lengths.tolist(), strict=True)]


def write_cases(
    folder: Path,
    rng: np.random.Generator,
    pmcids: list[str],
    owners: np.ndarray,
    cases: list[str],
    text: str,
) -> None:
    """Write cases.parquet: a row an article, its cases a list, texts of about 3,000 characters."""
    known = rng.random(len(cases)) < AGE_KNOWN
    ages = np.floor(np.interp(rng.random(len(cases)), AGE_SHARES, AGE_YEARS))
    sexes = shuffled(rng, SEXES, len(cases))
    bounds = np.searchsorted(owners, np.arange(len(pmcids) + 1))
    schema = pa.schema([("article_id", pa.string()), ("cases", pa.list_(CASE))])
    with pq.ParquetWriter(folder / "cases.parquet", schema, compression="zstd") as writer:
        for start in range(0, len(pmcids), 20_000):
            end = min(start + 20_000, len(pmcids))
            a, b = bounds[start], bounds[end]
            columns = [
                pa.array(ages[a:b], pa.float64(), mask=~known[a:b]),
                pa.array(cases[a:b]),
                pa.array(excerpts(rng, text, rng.integers(1500, 4500, b - a))),
                pa.array(sexes[a:b]),
            ]
            values = pa.StructArray.from_arrays(columns, fields=list(CASE))
            offsets = pa.array(bounds[start : end + 1] - a, pa.int32())
            lists = pa.ListArray.from_arrays(offsets, values)
            writer.write_table(pa.table([pa.array(pmcids[start:end]), lists], schema=schema))


def write_labels(
    folder: Path, rng: np.random.Generator, patients: list[str], text: str
) -> tuple[list[str], np.ndarray]:
    """Write captions_and_labels.csv; return the files and their image types."""
    size = len(patients)
    types = shuffled(rng, TYPES, size)
    subtypes = np.empty(size, object)
    for name, parts in SUBTYPES.items():
        mine = np.flatnonzero(types == name)
        other = TYPES[name] - sum(parts.values())
        subtypes[mine] = shuffled(rng, parts | {"": max(other, 0)}, len(mine))
    licenses = shuffled(rng, LICENSES, size)
    captions = excerpts(rng, text, rng.lognormal(4.73, 0.64, size).astype(int).clip(10, 2000))
    files: list[str] = []
    order = 0
    with (folder / "captions_and_labels.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(COLUMNS)
        for i, patient in enumerate(patients):
            order = order + 1 if i and patients[i - 1] == patient else 1
            pmcid, case = patient.split("_")
            figure = f"{pmcid}_fig-{int(case)}-{(order + 1) // 2}"
            file = f"{figure}_undivided_{order}_{MOST_IMAGES}.webp"
            files.append(file)
            told = [str(types[i]), *([subtypes[i]] if subtypes[i] else [])]
            writer.writerow(
                (
                    f"file_{i:07d}",
                    file,
                    f"{patient}_{figure.partition('_')[2]}.jpg",
                    "undivided",
                    patient,
                    licenses[i],
                    16_000,
                    captions[i],
                    f"['Figure {order}']",
                    types[i],
                    subtypes[i],
                    "",
                    "",
                    "",
                    told,
                    [],
                )
            )
    return files, types


def write_archives(
    folder: Path, files: list[str], types: np.ndarray, lost: set[int], drawn: Draw
) -> None:
    """Write the nine zips, without the images that are ``lost``."""
    archives = {
        digit: zipfile.ZipFile(folder / f"PMC{digit}.zip", "w", zipfile.ZIP_STORED)
        for digit in "123456789"
    }
    for number, (file, name) in enumerate(zip(files, types.tolist(), strict=True)):
        if number in lost:
            continue
        entry = zipfile.ZipInfo(f"{file[:4]}/{file[:5]}/{file}")
        archives[file[3]].writestr(entry, drawn(name, number))
    for archive in archives.values():
        archive.close()


@cache
def flat_picture(_seed: int, name: str) -> bytes:
    """All images of a class are the same few bytes."""
    return encode(Image.new("RGB", (8, 8), (30 * list(TYPES).index(name), 99, 200)))


def tiny_picture(seed: int, _name: str, number: int) -> bytes:
    """Sixty-four cells at random: no two have hashes that lie near each other."""
    cells = np.random.default_rng([seed, number]).integers(0, 256, (8, 8, 3), np.uint8)
    return encode(Image.fromarray(cells).resize((32, 32), Image.Resampling.NEAREST))


def true_picture(seed: int, name: str, number: int) -> bytes:
    """Draw one of the sample's motifs of the class, and scale it."""
    rng = np.random.default_rng([seed, number])
    motifs = [motif for motif, told in MOTIFS.items() if told.label == name]
    sides = np.array(SIDES.get(name, USUAL_SIDES)) * np.exp(rng.normal(0, SIDE_SCATTER, 2))
    width, height = sides.clip(*SIDE_RANGE).round().astype(int).tolist()
    picture = draw(rng, motifs[rng.integers(len(motifs))], None)
    return encode(picture.resize((width, height), Image.Resampling.BICUBIC), QUALITY)


def encode(picture: Image.Image, quality: int | None = None) -> bytes:
    """A picture as WebP, without loss where no quality is given."""
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", lossless=quality is None, quality=quality or 0, method=1)
    return buffer.getvalue()


PICTURES: dict[str, Callable[[int, str, int], bytes]] = {
    "flat": lambda seed, name, _number: flat_picture(seed, name),
    "tiny": tiny_picture,
    "true": true_picture,
}


def write_rest(folder: Path, pmcids: list[str], rng: np.random.Generator) -> None:
    """Write the four files that are part of a release and play no part here."""
    licenses = rng.choice(list(LICENSES), len(pmcids))
    years = rng.integers(1990, 2025, len(pmcids)).astype(str)
    metadata: list[dict[str, Any]] = [
        {
            "title": "A case",
            "authors": ["A. Author"],
            "journal": "Cases",
            "journal_detail": "Cases",
            "year": year,
            "doi": "10.1/x",
            "pmid": pmcid[3:],
            "pmcid": pmcid,
            "mesh_terms": ["Humans"],
            "major_mesh_terms": ["Humans"],
            "keywords": ["case"],
            "link": f"https://www.ncbi.nlm.nih.gov/pmc/articles/{pmcid}/",
            "license": license_,
            "case_amount": 1,
        }
        for pmcid, year, license_ in zip(pmcids, years.tolist(), licenses.tolist(), strict=True)
    ]
    articles = pa.array(pmcids)
    pq.write_table(
        pa.table({"article_id": articles, "article_metadata": metadata}),
        folder / "metadata.parquet",
    )
    pq.write_table(
        pa.table({"article_id": articles, "abstract": ["An abstract."] * len(pmcids)}),
        folder / "abstracts.parquet",
    )
    pq.write_table(pa.table({"article_id": articles}), folder / "case_images.parquet")
    (folder / "data_dictionary.csv").write_text("file,field,explanation\n", encoding="utf-8")
