"""Fragments of the real MultiCaRe, where they are at hand, and the drawn sample beside them."""

import csv
import shutil
from collections import defaultdict

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small import TOP

from pairdx.core.decode import decode
from pairdx.sources.archives import Archives
from pairdx.sources.multicare import ARCHIVES, LABELS_CSV, read_rows

REAL = TOP.parent / "shared" / "multicare_real"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not REAL.is_dir(), reason="needs ../shared/multicare_real"),
]


def table(name):
    with (REAL / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def release(name, folder):
    """Lay the rows down as a release, whose cases have no age."""
    shutil.copy(REAL / name, folder / LABELS_CSV)
    cases = [
        {"article_id": case.split("_")[0], "cases": [{"case_id": case, "age": None, "gender": ""}]}
        for case in sorted({row["patient_id"] for row in table(name)})
    ]
    case = pa.struct({"case_id": pa.string(), "age": pa.float64(), "gender": pa.string()})
    schema = pa.schema({"article_id": pa.string(), "cases": pa.list_(case)})
    pq.write_table(pa.Table.from_pylist(cases, schema), folder / "cases.parquet")
    return folder


@pytest.mark.parametrize(("name", "count"), [("captions_and_labels.csv", 384), ("v2_rows.csv", 47)])
def test_every_row_is_taken_and_its_figure_known(tmp_path, name, count):
    rows, known = read_rows(release(name, tmp_path)).to_pylist(), table(name)
    assert len(rows) == len(known) == count
    for row, real in zip(rows, known, strict=True):
        article, _, _ = real["patient_id"].partition("_")
        original = real["main_image"].removeprefix(real["patient_id"] + "_").removesuffix(".jpg")
        assert row["figure_id"] == f"{article}_{original}"
        assert (row["article_id"], row["case_id"]) == (article, real["patient_id"])
        assert (row["caption"], row["label"]) == (real["caption"], real["image_type"])


def test_every_image_decodes(tmp_path):
    rows = read_rows(release("captions_and_labels.csv", tmp_path)).to_pylist()
    with Archives(REAL) as archives:
        assert sum(len(archives.members(name)) for name in ARCHIVES) == len(rows)
        for row in rows:
            assert min(decode(archives.read(row["archive"], row["member"])).size) > 32, row["id"]


def kinds_of_figures(rows):
    """Count the figures with several parts: one caption, all different, or some."""
    figures = defaultdict(list)
    for row in rows:
        figures[row["main_image"]].append(row["caption"])
    several = [captions for captions in figures.values() if len(captions) > 1]
    same = sum(len(set(captions)) == 1 for captions in several)
    different = sum(len(set(captions)) == len(captions) for captions in several)
    return several, {
        "same": same / len(several),
        "different": different / len(several),
        "mixed": 1 - (same + different) / len(several),
    }


def begins_alike(captions):
    return len({caption[:15] for caption in captions}) == 1


def test_the_sample_mixes_captions_as_the_real_figures_do(sample):
    with (sample / LABELS_CSV).open(encoding="utf-8", newline="") as lines:
        drawn, drawn_kinds = kinds_of_figures(list(csv.DictReader(lines)))
    real, real_kinds = kinds_of_figures([*table("captions_and_labels.csv"), *table("v2_rows.csv")])
    assert drawn_kinds == pytest.approx(real_kinds, abs=0.12)
    alike = [
        [begins_alike(captions) for captions in figures if len(set(captions)) > 1]
        for figures in (drawn, real)
    ]
    shares = [sum(flags) / len(flags) for flags in alike]
    assert shares[0] == pytest.approx(shares[1], abs=0.2)
