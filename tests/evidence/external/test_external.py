"""Folders of other people's pairs, taken in and scored: drawn ones, and real pictures."""

import io
import json

import numpy as np
import pyarrow as pa
import pytest
from drawn import write
from model_folders import save_tfidf
from PIL import Image
from releases import encode, picture, write_csv
from small import TOP, drawn, section

from pairdx.core.decode import perceptual_hash, pixel_hash
from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, PAIRS, SCRUBBED, write_table
from pairdx.curate.scan.params import ScanParams
from pairdx.curate.scrub.params import ScrubParams
from pairdx.evidence.external.overlap import read_training_images
from pairdx.evidence.external.pairs import Screen, predict, read_external
from pairdx.evidence.external.scores import summarise_external
from pairdx.prediction.predict import OpenedModel
from pairdx.statistics.predictions.summary import ScoreParams

REALDATA = TOP.parent / "shared" / "realdata"
SCANS = {"workers": 1, "faces": "off"}
HEADER = ["id", "image", "caption", "label", "article_id"]
TRAIN = drawn(36)
PARAMS = section(ScoreParams, resamples=100)


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """A training split of one pair, `p0`, which is picture 0."""
    folder = tmp_path_factory.mktemp("train")
    image = picture(0)
    row = {
        "id": "p0",
        "split": "train",
        "pixel_sha256": pixel_hash(image),
        "perceptual_hash": perceptual_hash(image, 16),
    }
    for name, schema in (("train", PAIRS), ("scrubbed", SCRUBBED)):
        write_table(pa.Table.from_pylist([row], schema), folder / f"{name}.parquet", schema)
    return read_training_images(folder / "train.parquet", folder / "scrubbed.parquet")


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """A model that has learnt the words of the drawn captions."""
    return OpenedModel.open(save_tfidf(tmp_path_factory.mktemp("models") / "tfidf", TRAIN))


def write_folder(folder, rows, images=None):
    """Write pairs.csv and a picture a row; `images` are encoded ones by row."""
    folder.mkdir()
    content = []
    for number, row in enumerate(rows):
        name = f"{number}.png"
        data = (images or {}).get(number) or encode(picture(100 + number))
        (folder / name).write_bytes(data)
        content.append({"id": f"x{number}", "image": name, "caption": "", **row})
    write_csv(folder / "pairs.csv", HEADER, content)
    return folder


def screen(folder, **changes):
    return Screen(
        section(ScanParams, **SCANS), section(ScrubParams, **changes), folder.parent / "cache"
    )


def read(folder, known, **options):
    screening = screen(folder, max_side=64).off()
    return read_external(folder, known, screening, **({"drop_bad_rows": False} | options))


def test_a_folder_of_a_few_classes_is_scored_as_such(tmp_path, known, reader):
    rows = [{"label": label, "caption": f"A {label}."} for label in LABELS[:2] * 2]
    rows += [{"label": LABELS[0], "caption": " "}]
    external = read(write_folder(tmp_path / "x", rows), known)
    assert external.pairs.ids == [f"x{number}" for number in range(5)]
    assert external.pairs.articles == external.pairs.ids
    facts = external.facts()
    assert facts["without_caption"] == 1
    assert facts["in_train"] == {"ids": 0, "pixels": 0, "near": 0, "any": 0}
    found = summarise_external(
        predict(reader, external.pairs), predict(reader, TRAIN), PARAMS, seed=1
    )
    unread = LABELS[reader.predict([b""], [""]).argmax()]
    assert found["accuracy"] == (1.0 if unread == LABELS[0] else 0.8)
    assert found["test"]["n"] == 12
    assert found["test"]["accuracy"] == 1
    json.dumps(found | facts, allow_nan=False)


def test_pairs_that_were_trained_on_are_counted_and_told(tmp_path, known, caplog):
    rows = [{"label": "chart"}, {"label": "chart", "id": "p0"}, {"label": "chart"}]
    folder = write_folder(tmp_path / "x", rows, {0: encode(picture(0))})
    assert read(folder, known).facts()["in_train"] == {"ids": 1, "pixels": 1, "near": 1, "any": 2}
    (said,) = (one.message for one in caplog.records if one.levelname == "WARNING")
    assert "2 of 3 pairs are in the training split as well (1 by id, 1 by pixels" in said


def test_a_picture_comes_in_as_scrub_would_store_it(tmp_path, known):
    sideways = picture(5, (80, 40))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    data = {0: encode(sideways, "JPEG", exif=exif), 1: encode(picture(6, (640, 320)))}
    external = read(write_folder(tmp_path / "x", [{"label": "chart"}] * 2, data), known)
    sizes = []
    for image in external.pairs.images:
        with Image.open(io.BytesIO(image)) as opened:
            sizes.append(opened.size)
    assert sizes == [(32, 64), (64, 32)]


def test_pairs_are_screened_as_the_training_pairs_were(tmp_path, known):
    image = picture(5, (320, 320))
    write(image, (8, 8), "DOB 12/03/1956", 24)
    caption = "Mr. Miller on 2019-03-04."
    rows = [{"label": "chart", "caption": caption}, {"label": "radiology"}]
    folder = write_folder(tmp_path / "x", rows, {0: encode(image), 1: encode(picture(6, (9, 9)))})
    external = read_external(folder, known, screen(folder), drop_bad_rows=False)
    assert external.pairs.captions == ["Mr. [name] on [date]."]
    assert external.pairs.images != [encode(image)]
    assert (external.masked, external.dropped) == (1, 1)
    as_they_are = read_external(folder, known, screen(folder).off(), drop_bad_rows=False)
    assert as_they_are.pairs.captions == [caption]
    assert as_they_are.pairs.images == [encode(image)]
    assert (as_they_are.masked, as_they_are.dropped) == (0, 1)
    small = write_folder(tmp_path / "y", [{"label": "chart"}], {0: encode(picture(6, (9, 9)))})
    with pytest.raises(PairdxError, match="scrub drops all of its 1 pairs"):
        read(small, known)


def test_a_bad_row_names_its_own_parameter(tmp_path, known):
    folder = write_folder(tmp_path / "x", [{"label": "chart"}, {"label": "fax"}])
    with pytest.raises(PairdxError, match=r"1 of 2 rows.*set external\.bad_rows=drop"):
        read(folder, known)
    external = read(folder, known, drop_bad_rows=True)
    assert (len(external.pairs), external.rejected) == (1, 1)
    with pytest.raises(PairdxError, match=r"nowhere.pairs\.csv: no such file"):
        read(tmp_path / "nowhere", known)


@pytest.mark.slow
@pytest.mark.skipif(not REALDATA.is_dir(), reason="needs ../shared/realdata")
def test_real_pictures_are_taken_in_and_scored(tmp_path, known, reader):
    external = read_external(REALDATA, known, screen(tmp_path / "x").off(), drop_bad_rows=False)
    assert len(external.pairs) == 806
    assert external.facts()["without_caption"] == 654
    assert external.in_train.any == 0
    found = summarise_external(
        predict(reader, external.pairs), predict(reader, TRAIN), PARAMS, seed=1
    )
    supports = {label: found["per_class"][label]["support"] for label in LABELS}
    assert list(supports.values()) == [121, 136, 214, 46, 47, 242]
    # Words of drawn captions say little here, and most pairs have no caption at all.
    assert found["accuracy"] < 0.5 < found["test"]["accuracy"]
    assert np.isfinite([value for value in found.values() if isinstance(value, float)]).all()
