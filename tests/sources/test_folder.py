import csv
import logging
import os
import struct
import zlib
from pathlib import Path

import pytest
from closure import ROOT as TOP
from releases import encode, picture, write_csv

from pairdx.core.errors import PairdxError
from pairdx.core.schema import COHORT, LABELS
from pairdx.sources.archives import Archives
from pairdx.sources.folder import read_rows
from pairdx.sources.import_folder import import_folder

HEADER = ["id", "image", "caption", "label", "age", "article_id"]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "mine"


@pytest.fixture
def out(tmp_path):
    path = tmp_path / "raw"
    path.mkdir()
    return path


def write_pairs(folder, changes=(), header=HEADER):
    """Six good rows, one a label, in reverse order; `changes` are laid over the first ones."""
    folder.mkdir()
    rows = []
    for number, label in enumerate(LABELS):
        (folder / f"{number}.PNG").write_bytes(encode(picture(number)))
        rows.append({"id": f"p{5 - number}", "image": f"{number}.PNG", "label": label})
    rows = [row | change for row, change in zip(rows, [*changes, *[{}] * 6], strict=False)]
    write_csv(folder / "pairs.csv", header, rows)


def rejected(out):
    with (out / "rejected.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_pairs_come_out_as_they_went_in(folder, out):
    changes = [{"caption": 'of "5"\nlines', "age": "61", "article_id": "A1"}, {"article_id": "A1"}]
    write_pairs(folder, changes)
    import_folder(folder, out, drop_bad_rows=False)
    rows = read_rows(out)
    assert rows.schema == COHORT
    assert rows["id"].to_pylist() == [f"p{number}" for number in range(6)]
    last = rows.to_pylist()[-1]
    assert last["caption"] == 'of "5"\nlines'
    assert (last["age"], last["article_id"], last["case_id"]) == (61.0, "A1", "A1")
    first = rows.to_pylist()[0]
    assert (first["caption"], first["age"], first["sex"]) == ("", None, None)
    assert (first["article_id"], first["case_id"], first["figure_id"]) == ("p0", "p0", "p0")
    with Archives(out) as archives:
        data = [archives.read(row["archive"], row["member"]) for row in rows.to_pylist()]
    assert data == [(folder / f"{5 - number}.PNG").read_bytes() for number in range(6)]
    assert rejected(out) == []


def test_same_folder_same_bytes(folder, tmp_path):
    write_pairs(folder)
    contents = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        import_folder(folder, tmp_path / name, drop_bad_rows=False)
        contents.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert contents[0] == contents[1]


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"label": "xray"}, "label", "allowed are chart"),
        ({"id": ""}, "id", "1 to 200 letters"),
        ({"id": "../up"}, "id", "1 to 200 letters"),
        ({"id": ".."}, "id", "not dots alone"),
        ({"caption": "x" * 200_000}, "row", "field larger than field limit"),
        ({"id": "p0"}, "id", "another row"),  # the last of the six
        ({"age": "old"}, "age", "years from 0 to 130"),
        ({"age": "131"}, "age", "years from 0 to 130"),
        ({"image": "x" * 300}, "image", "cannot be read: File name too long"),
        ({"image": "a\0b"}, "image", "inside the folder"),
        ({"age": "nan"}, "age", "years from 0 to 130"),
        ({"image": "none.png"}, "image", "no such file"),
        ({"image": "../pairs.csv"}, "image", "inside the folder"),
        ({"image": "/etc/passwd"}, "image", "inside the folder"),
        ({"image": ""}, "image", "inside the folder"),
        ({"image": "pairs.csv"}, "image", "not one of BMP"),
    ],
)
def test_a_bad_row_stops_or_drops(folder, out, change, field, reason):
    write_pairs(folder, [change])
    with pytest.raises(PairdxError, match=rf"(?s)1 of 6 rows.*{field} = .*{reason}.*bad_rows=drop"):
        import_folder(folder, out, drop_bad_rows=False)
    assert list(out.iterdir()) == []
    import_folder(folder, out, drop_bad_rows=True)
    assert len(read_rows(out)) == 5
    [row] = rejected(out)
    assert row["field"] == field
    assert reason in row["reason"]


def test_a_link_out_of_the_folder_is_refused(folder, out, tmp_path):
    write_pairs(folder, [{"image": "link.png"}])
    (tmp_path / "outside.png").write_bytes(encode(picture(9)))
    (folder / "link.png").symlink_to(tmp_path / "outside.png")
    with pytest.raises(PairdxError, match="inside the folder"):
        import_folder(folder, out, drop_bad_rows=False)


def test_a_link_to_itself_is_refused(folder, out):
    write_pairs(folder, [{"image": "loop.png"}])
    (folder / "loop.png").symlink_to("loop.png")
    with pytest.raises(PairdxError, match=r"line 2.*image.*leads to itself"):
        import_folder(folder, out, drop_bad_rows=False)


@pytest.mark.parametrize("caption", ["a\rb", "\r", "a\r\nb", "of\n5", '"', "'="])
def test_every_caption_comes_out_as_it_went_in(folder, out, caption):
    write_pairs(folder)
    write_csv(folder / "pairs.csv", HEADER[:4], [])
    with (folder / "pairs.csv").open("a", encoding="utf-8", newline="") as lines:
        csv.writer(lines, quoting=csv.QUOTE_ALL).writerow(["q", "1.PNG", f"x{caption}x", "chart"])
    import_folder(folder, out, drop_bad_rows=False)
    assert read_rows(out)["caption"].to_pylist() == [f"x{caption}x"]


def test_a_quote_that_is_never_closed_is_told_by_line_and_can_be_dropped(folder, out):
    write_pairs(folder)
    with (folder / "pairs.csv").open("a", encoding="utf-8") as lines:
        lines.write('q1,1.PNG,"open,chart,,\nq2,1.PNG,lost,chart,,\n')
    with pytest.raises(PairdxError, match=r"line 8, row = '': unexpected end of data"):
        import_folder(folder, out, drop_bad_rows=False)
    import_folder(folder, out, drop_bad_rows=True)
    assert len(read_rows(out)) == 6


def test_two_columns_of_one_name_are_refused(folder, out):
    write_pairs(folder, header=[*HEADER, "label"])
    with pytest.raises(PairdxError, match="two columns are called 'label'"):
        import_folder(folder, out, drop_bad_rows=False)


@pytest.mark.parametrize("size", [(30_000, 30_000), (11_000, 10_000)])
def test_a_huge_image_is_refused_by_its_header(folder, out, size):
    """The bytes are those of a small one: decoding them would say that they are damaged."""
    write_pairs(folder)
    data = bytearray(encode(picture(3)))
    data[16:24] = struct.pack(">II", *size)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    (folder / "3.PNG").write_bytes(data)
    with pytest.raises(PairdxError, match="more than 100 megapixels"):
        import_folder(folder, out, drop_bad_rows=False)


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to(path), Path.mkdir])
def test_pairs_that_are_no_file_are_refused(folder, out, make):
    write_pairs(folder)
    (folder / "pairs.csv").unlink()
    make(folder / "pairs.csv")
    with pytest.raises(PairdxError, match=r"pairs\.csv: not a readable CSV file"):
        import_folder(folder, out, drop_bad_rows=False)


def test_a_truncated_image_is_told_by_line(folder, out):
    write_pairs(folder)
    (folder / "3.PNG").write_bytes((folder / "3.PNG").read_bytes()[:60])
    with pytest.raises(PairdxError, match=r"line 5, image = '3\.PNG': damaged"):
        import_folder(folder, out, drop_bad_rows=False)


def test_a_row_with_too_many_fields(folder, out):
    write_pairs(folder)
    with (folder / "pairs.csv").open("a", encoding="utf-8") as lines:
        lines.write("p9,1.PNG,an unquoted, comma,chart,,,\n")
    import_folder(folder, out, drop_bad_rows=True)
    assert rejected(out)[0]["line"] == "8"


def test_twenty_bad_rows_are_logged_and_the_rest_counted(folder, out, caplog):
    folder.mkdir()
    rows = [{"id": f"p{number}", "image": "x", "label": "fax"} for number in range(25)]
    write_csv(folder / "pairs.csv", HEADER, rows)
    with pytest.raises(PairdxError, match="none of its 25 rows"):
        import_folder(folder, out, drop_bad_rows=True)
    assert len(caplog.records) == 21
    assert caplog.messages[-1].endswith("… and 5 more")


def test_a_cell_that_looks_like_a_formula_is_disarmed(folder, out):
    write_pairs(folder, [{"label": "=cmd()"}])
    import_folder(folder, out, drop_bad_rows=True)
    assert rejected(out)[0]["value"] == "'=cmd()"


def test_columns(folder, out, tmp_path, caplog):
    write_pairs(folder, header=[*HEADER, "ward"])
    with caplog.at_level(logging.WARNING):
        import_folder(folder, out, drop_bad_rows=False)
    assert caplog.messages == [f"{folder / 'pairs.csv'}: columns that are not used: ward"]
    (folder / "pairs.csv").write_text("id,picture,caption,label\n", encoding="utf-8")
    with pytest.raises(PairdxError, match=r"column 'image' is missing.*there are id, picture"):
        import_folder(folder, out, drop_bad_rows=False)


def test_no_csv_and_no_text(folder, out):
    folder.mkdir()
    with pytest.raises(PairdxError, match=r"pairs\.csv: no such file"):
        import_folder(folder, out, drop_bad_rows=False)
    (folder / "pairs.csv").write_bytes("id,image,caption,label\né".encode("latin-1"))
    with pytest.raises(PairdxError, match="not UTF-8"):
        import_folder(folder, out, drop_bad_rows=False)


def test_the_example_in_the_repository_is_of_this_form(out):
    example = TOP / "examples" / "pairs"
    import_folder(example, out, drop_bad_rows=False)
    labels = read_rows(out)["label"].to_pylist()
    assert {label: labels.count(label) for label in LABELS} == dict.fromkeys(LABELS, 2)
