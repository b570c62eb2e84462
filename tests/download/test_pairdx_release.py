import csv
import zipfile

import pyarrow as pa
import pytest
from releases import encode, picture, write_csv
from small import section

from pairdx.core.errors import PairdxError
from pairdx.core.schema import COHORT, LABELS
from pairdx.download.pairdx_release import import_pairdx
from pairdx.download.params import DownloadParams
from pairdx.sources.archives import Archives
from pairdx.sources.provenance import summary
from pairdx.sources.published_split import read_splits_csv
from pairdx.sources.raw import archives, read_chunks

HEADER = ["identifier", "modality", "image", "caption", "split"]
SPLITS = ["train", "validation", "test"]


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


@pytest.fixture
def release(tmp_path):
    """One image of every label, in the layout that is described: a csv and `images/`."""
    return write(tmp_path / "release")


def write(folder, changes=(), header=HEADER):
    (folder / "images").mkdir(parents=True)
    rows = []
    for number, label in enumerate(LABELS):
        file = f"PMC{number}_fig-1_a_undivided_1_1.png"
        (folder / "images" / file).write_bytes(encode(picture(number)))
        values = [f"pair {number}", label, file, f"A {label},\n{number}", SPLITS[number % 3]]
        rows.append(dict(zip(header, values, strict=True)))
    rows = [row | change for row, change in zip(rows, [*changes, *[{}] * 6], strict=False)]
    write_csv(folder / "image_metadata.csv", header, rows)
    return folder


def take(path, out, **changes):
    settings = {"source": "pairdx_release", "path": str(path)} | changes
    import_pairdx(section(DownloadParams, **settings), out)
    return pa.concat_tables(read_chunks(out))


def check(rows, out):
    """All six pairs are there, with their images and their split."""
    assert rows.schema == COHORT
    assert rows["id"].to_pylist() == [f"pair {number}" for number in range(6)]
    assert rows["label"].to_pylist() == list(LABELS)
    assert rows["caption"].to_pylist() == [f"A {x},\n{n}" for n, x in enumerate(LABELS)]
    with Archives(out) as opened:
        images = [opened.read(row["archive"], row["member"]) for row in rows.to_pylist()]
    assert images == [encode(picture(number)) for number in range(6)]
    assert read_splits_csv(out) == {f"pair {number}": SPLITS[number % 3] for number in range(6)}


def test_the_described_layout(release, out):
    rows = take(release, out)
    check(rows, out)
    first = rows.to_pylist()[1]
    assert first["article_id"] == first["case_id"] == "PMC1"
    assert first["figure_id"] == "PMC1_fig-1_a"
    assert (first["age"], first["source"]) == (None, "PairDx")
    assert archives(out) == ("images.zip",)
    assert summary(out) == {
        "name": "PairDx",
        "record": 17452236,
        "version": "",
        "checked": "nothing",
    }


def test_same_release_same_bytes(release, tmp_path):
    contents = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        take(release, tmp_path / name)
        contents.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert contents[0] == contents[1]


@pytest.mark.parametrize(
    "header",
    [
        ["Identifier", "MODALITY", "Image File Name", "Caption", "Split"],
        ["image_id", "Class", "filename", "Caption Text", "subset"],
        ["ID", "label", "image_path", "text", "set"],
    ],
)
def test_columns_may_be_spelt_otherwise(tmp_path, out, header):
    check(take(write(tmp_path / "release", header=header), out), out)


def test_classes_and_splits_may_be_spelt_otherwise(tmp_path, out):
    changes = [
        {"modality": "Charts", "split": "Training"},
        {"split": "val"},
        {"split": "TEST"},
        {"modality": "medical photograph"},
        {"modality": "Ophthalmic-Imaging", "split": "dev"},
    ]
    check(take(write(tmp_path / "release", changes), out), out)


def test_a_byte_order_mark(release, out):
    table = release / "image_metadata.csv"
    table.write_bytes(b"\xef\xbb\xbf" + table.read_bytes())
    check(take(release, out), out)


def zip_all(release, path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(release.rglob("*")):
            if file.is_file():
                archive.write(file, f"PairDx/{file.relative_to(release)}")


def test_one_zip_of_everything(release, out, tmp_path):
    (tmp_path / "zipped").mkdir()
    zip_all(release, tmp_path / "zipped" / "PairDx.zip")
    check(take(tmp_path / "zipped", out), out)


def test_a_csv_beside_a_zip_from_zenodo(zenodo, release, out, tmp_path):
    served = zenodo.records[17452236] = tmp_path / "served"
    served.mkdir()
    (release / "image_metadata.csv").rename(served / "image_metadata.csv")
    zip_all(release, served / "images.zip")
    (tmp_path / "empty").mkdir()
    cache = str(tmp_path / "cache")
    check(take(tmp_path / "empty", out, api=zenodo.api, cache=cache), out)
    assert summary(out)["checked"] == "md5 of the record"
    zenodo.log.clear()
    take(tmp_path / "empty", out, api=zenodo.api, cache=cache)
    assert zenodo.log == [("record", None)]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"identifier": ""}, "id = '': an identifier is needed"),
        ({"identifier": "pair 1"}, "id = 'pair 1': an identifier is needed that no other row has"),
        ({"modality": "pathology"}, "label = 'pathology': allowed are chart, "),
        ({"split": "holdout"}, "split = 'holdout': allowed are train, "),
        ({"image": "gone.png"}, "image = 'gone.png': one file .* there are none"),
        ({"image": "../../etc/passwd"}, "image = .*there are none"),
        ({"image": ""}, "image = '': one file .* there are none"),
    ],
)
def test_a_bad_row_stops_or_drops(tmp_path, out, change, told):
    release = write(tmp_path / "release", [change])
    with pytest.raises(PairdxError, match=f"image_metadata.csv: 1 of 6 rows.*{told}"):
        take(release, out)
    assert list(out.iterdir()) == []
    rows = take(release, out, bad_rows="drop")
    assert len(rows) == len(read_splits_csv(out)) == 5
    with (out / "rejected.csv").open(encoding="utf-8", newline="") as lines:
        assert len(list(csv.DictReader(lines))) == 1


def test_two_images_of_one_name(release, out):
    (release / "more").mkdir()
    image = next((release / "images").iterdir())
    (release / "more" / image.name).write_bytes(b"other")
    with pytest.raises(PairdxError, match="one file of this name is needed, there are several: "):
        take(release, out)


def test_a_column_that_is_not_there(tmp_path, out):
    header = ["identifier", "modality", "image", "caption", "fold"]
    with pytest.raises(PairdxError, match=r"no column for the split, .*there are identifier, mod"):
        take(write(tmp_path / "release", header=header), out)


def test_no_table_or_two(release, out):
    (release / "more").mkdir()
    (release / "more" / "image_metadata.csv").write_text("x")
    with pytest.raises(PairdxError, match=r"is needed, once; there are image_.*more/image_met"):
        take(release, out)
    (release / "more" / "image_metadata.csv").unlink()
    (release / "image_metadata.csv").unlink()
    with pytest.raises(PairdxError, match="there are no csv files"):
        take(release, out)


def test_a_table_that_is_no_text(release, out):
    (release / "image_metadata.csv").write_bytes(b"identifier,modality\xff")
    with pytest.raises(PairdxError, match=r"image_metadata\.csv: not a readable CSV file in UTF-8"):
        take(release, out)


def test_names_that_tell_no_article_stand_alone(tmp_path, out):
    release = tmp_path / "release"
    (release / "images").mkdir(parents=True)
    (release / "images" / "0.png").write_bytes(b"0")
    row = dict(zip(HEADER, ["x1", "chart", "0.png", "", "test"], strict=True))
    write_csv(release / "image_metadata.csv", HEADER, [row])
    [row] = take(release, out).to_pylist()
    assert (row["article_id"], row["case_id"], row["figure_id"]) == ("x1", "x1", "x1")


def test_a_case_and_a_file_in_the_identifier_tell_the_article(tmp_path, out):
    release = tmp_path / "release"
    (release / "images").mkdir(parents=True)
    (release / "images" / "0.png").write_bytes(b"0")
    id_ = "PMC77_02_PMC77_fig-1_B_3_4"
    row = dict(zip(HEADER, [id_, "chart", "0.png", "", "test"], strict=True))
    write_csv(release / "image_metadata.csv", HEADER, [row])
    [row] = take(release, out).to_pylist()
    assert (row["article_id"], row["figure_id"]) == ("PMC77", "PMC77_fig-1")


def test_other_sources_have_no_published_split(out):
    with pytest.raises(PairdxError, match=r"split\.group_by = 'published'.*pairdx_release"):
        read_splits_csv(out)


@pytest.mark.parametrize("text", ["id,split\na,train\nb,dev\n", "id,split\nb\n", "id\nb\n"])
def test_a_split_of_another_name_is_refused(tmp_path, text):
    (tmp_path / "splits.csv").write_text(text, encoding="utf-8")
    with pytest.raises(PairdxError, match=r"splits\.csv: split = .* \(id 'b'\); allowed are train"):
        read_splits_csv(tmp_path)


@pytest.mark.parametrize("data", [b"\xff\xff\xff\xffplit\na,train\n", b"id\n" + b"a" * 200_000])
def test_a_damaged_split_is_told_in_one_line(tmp_path, data):
    (tmp_path / "splits.csv").write_bytes(data)
    with pytest.raises(PairdxError, match=r"splits\.csv: not a readable CSV file .*; delete it"):
        read_splits_csv(tmp_path)
