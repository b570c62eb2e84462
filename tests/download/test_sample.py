import ast
import hashlib
import io
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import imagehash
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from closure import ROOT
from PIL import Image
from releases import HEADER
from small import write_params

from pairdx.core.schema import LABELS
from pairdx.download.sample.release import draw_release
from pairdx.sources.multicare import read_rows

IMAGES = 600


@pytest.fixture(scope="module")
def release(sample) -> Path:
    return sample


@pytest.fixture(scope="module")
def labels(release) -> pd.DataFrame:
    path = release / "captions_and_labels.csv"
    return pd.read_csv(path, low_memory=False, encoding="utf-8-sig")


@pytest.fixture(scope="module")
def truth(release) -> pd.DataFrame:
    return pq.read_table(release / "synthetic_truth.parquet").to_pandas()


@pytest.fixture(scope="module")
def contents(release) -> dict[str, bytes]:
    found = {}
    for digit in range(1, 10):
        with zipfile.ZipFile(release / f"PMC{digit}.zip") as archive:
            for member in archive.namelist():
                assert member == f"PMC{digit}/{member[5:10]}/{Path(member).name}"
                assert Path(member).name.startswith(member[5:10])
                found[Path(member).name] = archive.read(member)
    return found


def perceptual_hash(content: bytes) -> np.ndarray:
    image = Image.open(io.BytesIO(content)).convert("RGB")
    return imagehash.phash(image, hash_size=16).hash.ravel()


def pixels(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def test_has_the_files_of_a_release_and_says_that_it_is_drawn(release):
    names = {path.name for path in release.iterdir()}
    assert names == {
        *(f"PMC{digit}.zip" for digit in range(1, 10)),
        *["abstracts.parquet", "case_images.parquet", "cases.parquet", "metadata.parquet"],
        *[
            "captions_and_labels.csv",
            "data_dictionary.csv",
            "synthetic_truth.parquet",
            "README.txt",
        ],
    }
    assert "synthetic sample" in (release / "README.txt").read_text()
    assert len(pd.read_csv(release / "data_dictionary.csv")) == 45
    for row in pq.read_table(release / "metadata.parquet").to_pylist():
        citation = row["article_metadata"]
        assert "synthetic sample" in citation["title"]
        assert "Synthetic Sample" in citation["journal"]


def test_parquet_tables_have_multicares_types(release):
    text, texts = pa.string(), pa.list_(pa.string())
    case = pa.struct(
        [("age", pa.float64()), ("case_id", text), ("case_text", text), ("gender", text)]
    )
    figure = pa.struct(
        [
            ("tag", text),
            ("caption", text),
            ("file", text),
            ("image_id", text),
            ("text_references", texts),
        ]
    )
    figures = pa.struct([("case_id", text), ("case_image_list", pa.list_(figure))])

    def types(name: str) -> dict[str, pa.DataType]:
        schema = pq.read_schema(release / name)
        return dict(zip(schema.names, schema.types, strict=True))

    assert types("cases.parquet") == {"article_id": text, "cases": pa.list_(case)}
    assert types("case_images.parquet") == {"article_id": text, "case_images": pa.list_(figures)}
    assert types("abstracts.parquet") == {"article_id": text, "abstract": text}
    citation = types("metadata.parquet")["article_metadata"]
    assert citation.field("year").type == text
    assert citation.field("mesh_terms").type == texts
    assert citation.field("case_amount").type == pa.int64()


def test_csv_has_multicares_columns_and_literal_lists(labels):
    assert list(labels.columns) == HEADER
    assert len(labels) == IMAGES
    assert labels.file_id.is_unique
    for column in (HEADER[8], *HEADER[14:]):
        assert all(isinstance(ast.literal_eval(cell), list) for cell in labels[column])
    assert set(labels.image_type) == {*LABELS, "pathology"}
    assert set(labels.license) == {"CC BY", "CC BY-NC", "CC BY-NC-SA", "CC0"}


def test_names_are_multicares(labels):
    article = labels.patient_id.str.split("_").str[0]
    original = labels.main_image.str.extract(r"^PMC\d+_\d\d_([\w-]+)\.jpg$")[0]
    assert (labels.main_image == labels.patient_id + "_" + original + ".jpg").all()
    names = labels.file.str.extract(r"^(PMC\d+_.+)_([A-Za-z]+)_(\d+)_(\d+)\.webp$")
    assert (names[0] == article + "_" + original).all()
    assert (names[1].str.lower() == labels.image_component).all()
    assert {"undivided", "a", "b", "c", "d", "left", "right", "middle", "top", "bottom"} == set(
        labels.image_component
    )
    parts = labels.groupby("main_image").image_component.nunique()
    assert (labels.main_image.map(parts) == names[3].astype(int)).all()


def test_parts_have_captions_of_their_own_as_often_as_multicares(labels):
    captions = labels.groupby("main_image").caption.agg(["size", "nunique"])
    captions = captions[captions["size"] > 1]
    same, different = captions["nunique"] == 1, captions["nunique"] == captions["size"]
    assert same.mean() == pytest.approx(0.27, abs=0.06)
    assert different.mean() == pytest.approx(0.58, abs=0.06)
    assert (~same & ~different).mean() == pytest.approx(0.15, abs=0.06)


def test_a_figure_of_two_cases_is_one_for_the_reader(release, labels):
    cases = read_rows(release).to_pandas().groupby("figure_id").case_id.nunique()
    assert set(cases) == {1, 2}
    assert cases.sum() == labels.main_image.nunique()


def test_tables_agree_on_cases_and_figures(release, labels):
    cases = {
        case["case_id"]
        for row in pq.read_table(release / "cases.parquet").to_pylist()
        for case in row["cases"]
    }
    figures = {
        image["image_id"]
        for row in pq.read_table(release / "case_images.parquet").to_pylist()
        for case in row["case_images"]
        for image in case["case_image_list"]
    }
    assert set(labels.patient_id) <= cases
    assert set(labels.main_image) == figures


def test_ages_are_missing_zero_and_under_age_as_well(release):
    ages = [
        case["age"]
        for row in pq.read_table(release / "cases.parquet").to_pylist()
        for case in row["cases"]
    ]
    known = [age for age in ages if age is not None]
    assert 0.04 < 1 - len(known) / len(ages) < 0.15
    assert 0 in known
    assert 0.12 < sum(age < 18 for age in known) / len(known) < 0.3
    assert all(age == int(age) for age in known)


def test_every_image_is_there_except_the_planted_gaps(labels, truth, contents):
    missing = set(truth.file[truth.defect == "missing"])
    assert len(missing) == 4
    assert set(labels.file) - set(contents) == missing
    assert set(contents) <= set(labels.file)
    sizes = labels.set_index("file").file_size
    assert all(sizes[[file]].eq(len(content)).all() for file, content in contents.items())


def test_truth_counts_every_defect(labels, truth):
    assert list(truth.file_id) == list(labels.file_id)
    assert list(truth.file) == list(labels.file)
    assert list(truth.label) == list(labels.image_type)
    assert truth.defect.value_counts().to_dict() == {"burned_in": 12, "blank": 5, "missing": 4}
    kinds = truth.duplicate_kind.value_counts().to_dict()
    assert kinds == {"near": 8, "exact": 6, "second_case": 4}


def test_blank_images_are_one_white_pixel(truth, contents):
    for file in truth.file[truth.defect == "blank"]:
        np.testing.assert_array_equal(pixels(contents[file]), [[[255, 255, 255]]])


def test_planted_identifiers_stand_where_the_truth_says(labels, truth):
    kinds = set()
    for caption, planted in zip(labels.caption, truth.identifiers, strict=True):
        for one in planted:
            assert caption[one["start"] : one["end"]] == one["text"]
            kinds.add(one["kind"])
    assert kinds == {"date", "email", "phone", "record_number", "name"}


def test_burned_in_text_is_bright_inside_its_box(truth, contents):
    for row in truth[truth.burned_in].itertuples():
        x0, y0, x1, y1 = row.burned_in_box
        image = pixels(contents[row.file])
        assert 0 <= x0 < x1
        assert 0 <= y0 < y1 <= image.shape[0]
        assert image[y0:y1, x0:x1].max() > 200
        assert len(row.burned_in_text) > 5
        kinds = {"ID": "record_number", "DO": "date", "NO": "name", "LI": "name"}
        assert row.burned_in_kind == kinds.get(row.burned_in_text[:2], "date")


def test_exact_copies_have_equal_pixels_under_another_article(truth, contents):
    for row in truth[truth.duplicate_kind == "exact"].itertuples():
        assert row.file[:12] != row.duplicate_of[:12]
        np.testing.assert_array_equal(
            pixels(contents[row.file]), pixels(contents[row.duplicate_of])
        )


def test_a_figure_of_two_cases_keeps_its_file(labels, truth):
    for row in truth[truth.duplicate_kind == "second_case"].itertuples():
        assert row.file == row.duplicate_of
        twins = labels[labels.file == row.file]
        assert len(twins) == 2
        assert twins.patient_id.nunique() == 2


def test_near_copies_are_close_and_all_else_is_far(truth, contents):
    damaged = set(truth.file[truth.defect == "blank"])
    files = [file for file in contents if file not in damaged]
    bits = np.array([perceptual_hash(contents[file]) for file in files]).astype(np.int32)
    distance = np.sum(bits, 1)[:, None] + np.sum(bits, 1) - 2 * bits @ bits.T
    of = truth.drop_duplicates("file").set_index("file").duplicate_of
    root = np.array([of[file] if isinstance(of[file], str) else file for file in files])
    upper = np.triu(np.ones_like(distance, dtype=bool), 1)
    same = root[:, None] == root[None, :]
    assert np.sum(same & upper) == 14
    assert distance[same & upper].max() <= 25
    assert distance[~same & upper].min() > 31
    near = truth[truth.duplicate_kind == "near"]
    assert all(contents[row.file] != contents[row.duplicate_of] for row in near.itertuples())


def test_two_draws_are_byte_identical_and_another_seed_is_not(release, tmp_path):
    def digests(folder: Path) -> dict[str, str]:
        return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}

    draw_release(tmp_path / "again", images=IMAGES, seed=17)
    assert digests(tmp_path / "again") == digests(release)
    for seed in (17, 18):
        draw_release(tmp_path / f"{seed}", images=IMAGES // 4, seed=seed)
    one, other = (digests(tmp_path / name) for name in ("17", "18"))
    assert all(one[f"PMC{digit}.zip"] != other[f"PMC{digit}.zip"] for digit in range(1, 10))


def test_image_and_caption_together_leave_one_class(truth):
    every = {*LABELS, "pathology"}
    for row in truth.itertuples():
        image, caption = set(row.looks_like), set(row.reads_like) or every
        assert row.label in image & caption
        decides = {
            "either": len(image) == len(caption) == 1,
            "image": len(image) == 1 < len(caption),
            "caption": len(caption) == 1 < len(image),
            "both": len(image) == len(caption) == 2 and len(image & caption) == 1,
            "nothing": len(image & caption) > 1,
        }
        assert [name for name, holds in decides.items() if holds] == [row.decided_by]
    shares = truth.decided_by[truth.label != "pathology"].value_counts(normalize=True)
    assert 0.08 < shares["both"] < 0.19
    assert shares["nothing"] < 0.03


def test_a_killed_download_leaves_one_folder_that_the_next_one_clears(tmp_path):
    write_params(tmp_path, download__sample_images=IMAGES)
    script = ROOT / "stages/download.py"
    begun = subprocess.Popen([sys.executable, script, "--out", "data/raw"], cwd=tmp_path)
    half = tmp_path / "data/.raw.partial"
    while begun.poll() is None and not list(half.rglob("*.zip")):
        time.sleep(0.01)
    begun.kill()
    begun.wait()
    assert [path.name for path in (tmp_path / "data").iterdir()] == [half.name]
    subprocess.run([sys.executable, script, "--out", "data/raw"], cwd=tmp_path, check=True)
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["raw"]
