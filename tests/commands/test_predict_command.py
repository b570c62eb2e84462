"""`pairdx predict` on files, folders, tables and stdin: answers in order, bad rows told."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from clones import REALDATA
from closure import ROOT
from drawn import write
from imports import importing
from PIL import Image
from releases import encode, picture
from small import drawn, write_pairs, write_params
from test_cli import run

from pairdx.core.decode import MAX_MEGAPIXELS
from pairdx.core.schema import LABELS
from pairdx.prediction.predict import load_model
from pairdx.sources.archives import MAX_ENTRY_BYTES

PAIRS = drawn(40)
NAMES = [f"{id_}.png" for id_ in PAIRS.ids]
CHANCES = [f"p_{label}" for label in LABELS]
UNSCREENED = "not screened: models were trained on masked pictures (--screen masks, 0.1 s each)"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder `pictures` with forty, in which the command is called."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, image in zip(NAMES, PAIRS.images, strict=True):
        (folder / name).write_bytes(image)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def fusion(model_folders):
    return str(model_folders / "fusion")


@pytest.fixture
def expected(fusion):
    """What the model itself says of the pairs."""
    return load_model(Path(fusion)).predict(PAIRS.images, PAIRS.captions)


def write_csv(path, rows, header=("id", "image", "caption")):
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([header, *rows])


def whole_table(prefix="pictures/"):
    return [
        (id_, f"{prefix}{name}", caption)
        for id_, name, caption in zip(PAIRS.ids, NAMES, PAIRS.captions, strict=True)
    ]


def of_csv(told):
    """Names and probabilities, (N, 6), of CSV."""
    rows = list(csv.DictReader(io.StringIO(told)))
    values = np.array([[float(row[name]) for name in CHANCES] for row in rows])
    assert [row["label"] for row in rows] == [LABELS[best] for best in values.argmax(1)]
    return [row["name"] for row in rows], values


def test_a_table_is_answered_as_the_model_answers(place, monkeypatch, capsys, fusion, expected):
    write_csv(place / "all.csv", whole_table())
    assert run(monkeypatch, "predict", "all.csv", "--model", fusion, "--batch", "7") == 0
    told = capsys.readouterr()
    names, values = of_csv(told.out)
    assert names == PAIRS.ids
    np.testing.assert_allclose(values, expected, atol=2e-6)
    assert told.err == f"{UNSCREENED}\n"


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_every_form_says_the_same(place, monkeypatch, fusion, expected, form):
    write_csv(place / "all.csv", whole_table())
    out = place / f"out.{form}"
    assert run(monkeypatch, "predict", "all.csv", "--model", fusion, "--out", str(out)) == 0
    if form == "csv":
        names, values = of_csv(out.read_text(encoding="utf-8"))
    elif form == "jsonl":
        rows = list(map(json.loads, out.read_text(encoding="utf-8").splitlines()))
        names = [row["name"] for row in rows]
        values = np.array([[row["probabilities"][label] for label in LABELS] for row in rows])
    else:
        table = pq.read_table(out)
        assert table.column_names == ["name", "label", *CHANCES]
        names, values = table["name"].to_pylist(), np.stack([table[one] for one in CHANCES], 1)
    assert names == PAIRS.ids
    np.testing.assert_allclose(values, expected, atol=2e-6)


def jsonl_of(rows):
    return "".join(
        json.dumps({"id": id_, "image": image, "caption": caption}) + "\n"
        for id_, image, caption in rows
    )


def write_hugging_face(path, with_bytes):
    rows = whole_table()
    images = [
        {"bytes": data if with_bytes else None, "path": image}
        for data, (_, image, _) in zip(PAIRS.images, rows, strict=True)
    ]
    captions = [caption for _, _, caption in rows]
    columns = {"id": PAIRS.ids, "image": images, "caption": captions}
    pq.write_table(pa.table(columns), path, row_group_size=9)


SOURCES = {
    "semicolons": lambda top: (top / "all.csv").write_text(
        "\ufeffimage;caption;id\n"
        + "".join(f"{image};{caption};{id_}\n" for id_, image, caption in whole_table())
    ),
    "file_name": lambda top: write_csv(
        top / "all.csv", whole_table(), ("id", "file_name", "caption")
    ),
    "jsonl": lambda top: (top / "all.jsonl").write_text(jsonl_of(whole_table())),
    "own parquet": lambda top: write_pairs(top / "all.parquet", PAIRS),
    "paths in parquet": lambda top: pq.write_table(
        pa.Table.from_pylist(
            [dict(zip(("id", "file_name", "caption"), row, strict=True)) for row in whole_table()]
        ),
        top / "all.parquet",
    ),
    "struct of bytes": lambda top: write_hugging_face(top / "all.parquet", with_bytes=True),
    "struct of paths": lambda top: write_hugging_face(top / "all.parquet", with_bytes=False),
}


@pytest.mark.parametrize("source", SOURCES)
def test_tables_of_every_kind_are_read(place, monkeypatch, capsys, fusion, expected, source):
    SOURCES[source](place)
    (table,) = (path.name for path in place.glob("all.*"))
    assert run(monkeypatch, "predict", table, "--model", fusion) == 0
    names, values = of_csv(capsys.readouterr().out)
    assert names == PAIRS.ids
    np.testing.assert_allclose(values, expected, atol=2e-6)


def test_json_lines_come_from_stdin(place, monkeypatch, capsys, fusion, expected):
    sent = jsonl_of(whole_table()).encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(sent)))
    assert run(monkeypatch, "predict", "-", "--model", fusion) == 0
    names, values = of_csv(capsys.readouterr().out)
    assert names == PAIRS.ids
    np.testing.assert_allclose(values, expected, atol=2e-6)


def test_answers_come_before_stdin_ends(place, model_folders):
    """Somebody may wait for one before asking the next."""
    code = "import sys; sys.argv[0] = 'pairdx'; from pairdx.cli import main; main()"
    words = ["predict", "-", "--model", str(model_folders / "tfidf")]
    asked = subprocess.Popen(
        [sys.executable, "-c", code, *words, "--batch", "1"],
        env=os.environ | {"PYTHONPATH": importing(ROOT / "src")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with asked:
        assert asked.stdout.readline().startswith("name,label,")
        for name in NAMES[:2]:
            asked.stdin.write(json.dumps({"image": f"pictures/{name}"}) + "\n")
            asked.stdin.flush()
            assert asked.stdout.readline().startswith(f"pictures/{name},")
        asked.stdin.close()
    assert asked.returncode == 0


def test_a_folder_is_searched_in_order(place, monkeypatch, capsys, model_folders):
    deep = place / "pictures/deep"
    (deep / ".hidden").mkdir(parents=True)
    for name in ("B.JPG", "notes.txt", ".c.png", ".hidden/d.png"):
        (deep / name).write_bytes(PAIRS.images[0])
    model = str(model_folders / "image_only")
    assert run(monkeypatch, "predict", "pictures", "--model", model) == 0
    names, values = of_csv(capsys.readouterr().out)
    assert names == [f"pictures/{name}" for name in [*NAMES, "deep/B.JPG"]]
    np.testing.assert_allclose(values[-1], values[0], atol=1e-6)


@pytest.mark.parametrize("beside", [None, "pairs.csv", "metadata.csv"])
def test_captions_that_lie_beside_are_named(place, monkeypatch, capsys, fusion, beside):
    if beside:
        (place / "pictures" / beside).write_text("image,caption\n")
    assert run(monkeypatch, "predict", "pictures", "--model", fusion) == 0
    give = f"name pictures/{beside}" if beside else "--caption, or a table, gives them"
    assert f"reads captions, and pictures has none; {give}\n" in capsys.readouterr().err
    run(monkeypatch, "predict", "pictures", "--model", fusion, "--caption", "A chart")
    assert "reads captions" not in capsys.readouterr().err


def test_a_caption_stands_in_for_none(place, monkeypatch, capsys, model_folders):
    write_csv(
        place / "a.csv",
        [("a", "pictures/pair_000.png", ""), ("b", "pictures/pair_000.png", "radiology")],
    )
    asked = ("predict", "a.csv", "--model", str(model_folders / "tfidf"))
    said = []
    for words in ((), ("--caption", "radiology"), ("--caption", "chart")):
        assert run(monkeypatch, *asked, *words) == 0
        said.append(of_csv(capsys.readouterr().out)[1])
    np.testing.assert_array_equal(said[1][0], said[1][1])
    assert not np.allclose(said[0][0], said[1][0])
    np.testing.assert_array_equal(said[2][1], said[1][1])


BAD = {  # rows that cannot be used: the image, and what is said
    "nowhere.png": "cannot be read (No such file or directory)",
    "fifo.png": "cannot be read (not a regular file)",
    "loop.png": "cannot be read",
    "pictures": "cannot be read (not a regular file)",
    "broken.png": "damaged",
    "text.png": "not one of BMP, GIF, JPEG, PNG, TIFF, WEBP",
    "empty.png": "not one of BMP",
    "huge.png": f"more than {MAX_MEGAPIXELS} megapixels",
    "heavy.png": f"{MAX_ENTRY_BYTES + 1} bytes; at most {MAX_ENTRY_BYTES} are read",
    "../secret.png": "outside",
    "link.png": "outside",
    "/etc/hostname": "outside",
    "": "image = ''; the path of one is needed",
    "nul\0.png": "cannot be read",
    "x" * 300: "cannot be read (File name too long)",
}


@pytest.fixture
def damaged(place):
    """A table in a folder of its own, of which every second row cannot be used."""
    here = place / "table"
    here.mkdir()
    (place / "pictures").rename(here / "pictures")
    (place / "secret.png").write_bytes(PAIRS.images[0])
    (here / "link.png").symlink_to("../secret.png")
    (here / "loop.png").symlink_to("loop.png")
    os.mkfifo(here / "fifo.png")
    (here / "broken.png").write_bytes(encode(picture(1, (200, 200)))[:5000])
    (here / "text.png").write_text("no image")
    (here / "empty.png").touch()
    (here / "huge.png").write_bytes(encode(picture(1, (1, 1)).resize((20_000, 5_001))))
    with (here / "heavy.png").open("wb") as file:
        file.truncate(MAX_ENTRY_BYTES + 1)
    good = whole_table()
    rows = [row for n, bad in enumerate(BAD) for row in (good[n], (f"bad {n}", bad, "x"))]
    (here / "all.jsonl").write_text(jsonl_of(rows))
    return here


def test_bad_rows_are_told_and_the_others_answered(
    place, damaged, monkeypatch, capsys, fusion, expected
):
    assert run(monkeypatch, "predict", "table/all.jsonl", "--model", fusion) == 3
    told = capsys.readouterr()
    names, values = of_csv(told.out)
    assert names == PAIRS.ids[: len(BAD)]
    np.testing.assert_allclose(values, expected[: len(BAD)], atol=2e-6)
    note, *lines, count = told.err.splitlines()
    assert note == UNSCREENED
    assert count == f"{len(BAD)} of {2 * len(BAD)} rows could not be used, see above"
    said = {int(line.split(":")[1].removeprefix(" line ")): line for line in lines}
    for number, (image, reason) in enumerate(BAD.items()):
        line = said.pop(2 * number + 2)
        assert line.startswith(f"table/all.jsonl: line {2 * number + 2}: ")
        assert reason in line, image
    assert not said


def test_a_root_lets_paths_leave_the_table_s_folder(place, damaged, monkeypatch, capsys, fusion):
    rows = [("a", "table/pictures/pair_000.png", "x"), ("b", str(place / "secret.png"), "x")]
    write_csv(damaged / "some.csv", rows)
    asked = ("predict", "table/some.csv", "--model", fusion)
    assert run(monkeypatch, *asked) == 1
    assert "error: table/some.csv: none of 2 rows can be used" in capsys.readouterr().err
    assert run(monkeypatch, *asked, "--root", ".") == 0
    assert of_csv(capsys.readouterr().out)[0] == ["a", "b"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("a,pictures/pair_000.png", "more or fewer cells than line 1"),
        ("a,pictures/pair_000.png,b,c", "more or fewer cells than line 1"),
        ('a,pictures/pair_000.png,"b"c', "not CSV"),
        ('"', "not CSV"),
    ],
)
def test_a_row_that_is_no_csv_is_told_by_its_line(place, monkeypatch, capsys, fusion, line, told):
    good = 'x,pictures/pair_001.png,"two\nlines"'
    (place / "a.csv").write_text(f"id,image,caption\n{good}\n{line}\n")
    assert run(monkeypatch, "predict", "a.csv", "--model", fusion) == 3
    said = capsys.readouterr()
    assert of_csv(said.out)[0] == ["x"]
    assert f"a.csv: line 4: {told}" in said.err


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'["a.png"]', "not of the form"),
        (b'{"caption": "x"}', "image = None; the path of one is needed"),
        (b'{"image": 7}', "image = 7; the path of one is needed"),
        (b'{"image": {"path": ["x"]}}', "image = ['x']; the path"),
        (b'{"image": {"bytes": "x"}}', "image = None; the path"),
        (b'{"image": "\\ud800.png"}', "\\ud800.png: cannot be read"),
        (b'{"image": "pictures/pair_000.png", "caption": 3}', "caption = 3; text is needed"),
    ],
)
def test_a_line_that_is_no_row_is_told(place, monkeypatch, capsys, fusion, line, told):
    good = b'{"image": "pictures/pair_001.png", "caption": "\\ud800"}'
    (place / "a.jsonl").write_bytes(b"\n".join([good, b"", line]))
    assert run(monkeypatch, "predict", "a.jsonl", "--model", fusion) == 3
    said = capsys.readouterr()
    assert of_csv(said.out)[0] == ["pictures/pair_001.png"]
    assert f"a.jsonl: line 3: {told}" in said.err


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", b"", "a.csv: no column image or file_name; there are none"),
        ("a.csv", b"picture,caption\n", "there are picture, caption"),
        ("a.csv", "image,caption\nx,Ünder\n".encode("utf-16"), "a.csv: not UTF-8; save it as"),
        ("a.csv", b"image,caption\n", "a.csv: none of 0 rows can be used"),
        ("a.parquet", b"PAR1 no", "a.parquet: cannot be read"),
        ("b.csv", None, "b.csv: cannot be read (No such file"),
        ("b.parquet", None, "b.parquet: cannot be read (No such file"),
        ("b.jsonl", None, "b.jsonl: cannot be read (No such file"),
    ],
)
def test_a_table_that_cannot_be_read_stops_all(
    place, monkeypatch, capsys, fusion, name, content, told
):
    if content is not None:
        (place / name).write_bytes(content)
    out = place / "out.csv"
    out.write_text("before")
    assert run(monkeypatch, "predict", name, "--model", fusion, "--out", str(out)) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert told in said
    assert said.count("\n") == 1
    assert out.read_text() == "before"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("pictures --format parquet", "--format parquet: needs --out"),
        ("pictures --out a.txt", "--out a.txt: end it in .csv, .jsonl or .parquet, or say"),
        ("all.csv --out all.csv", "--out all.csv: is what is asked about"),
        ("all.csv --out table", "--out table: is a folder; name a file in it"),
        ("pictures --coverage 80", "--coverage needs --calibration"),
        ("table", "table: a folder without image files; name a table of it, such as table/x.csv"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(place, monkeypatch, capsys, fusion, words, told):
    (place / "table").mkdir()
    (place / "table/x.csv").touch()
    write_csv(place / "all.csv", whole_table())
    assert run(monkeypatch, "predict", *words.split(), "--model", fusion) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"error: {told}")
    assert said.count("\n") == 1


def test_wrong_usage_leaves_with_2(monkeypatch, capsys):
    assert run(monkeypatch, "predict") == 2
    assert run(monkeypatch, "predict", "a.png", "--batch", "0") == 2
    assert run(monkeypatch, "predict", "a.png", "--format", "xlsx") == 2


def test_a_spreadsheet_runs_no_name(place, monkeypatch, capsys, model_folders):
    (place / "=cmd.png").write_bytes(PAIRS.images[0])
    model = str(model_folders / "image_only")
    assert run(monkeypatch, "predict", "=cmd.png", "pictures", "--model", model) == 0
    assert of_csv(capsys.readouterr().out)[0][0] == "'=cmd.png"


@pytest.fixture
def sharp(expected):
    """Probabilities at half the temperature: they go with their squares."""
    return expected**2 / (expected**2).sum(1, keepdims=True)


@pytest.fixture
def rules(place, sharp):
    """A calibration of fusion that halves the temperature, and by which half are not sure."""
    marginal = {"thresholds": dict.fromkeys(LABELS, 0.2)}
    content = {
        "model": "fusion",
        "temperature": 0.5,
        "coverage": {"90": {"threshold": float(np.median(sharp.max(1)))}},
        "sets": {"level": 0.9, "marginal": marginal},
    }
    (place / "rules.json").write_text(json.dumps(content))
    return "rules.json"


def test_a_calibration_says_that_it_was_measured_with_captions(
    place, rules, monkeypatch, capsys, fusion
):
    told = "calibration was measured with captions: sets and abstention do not hold without\n"
    asked = ("predict", "pictures", "--model", fusion, "--calibration", rules)
    assert run(monkeypatch, *asked) == 0
    assert told in capsys.readouterr().err
    assert run(monkeypatch, *asked, "--caption", "A chart") == 0
    assert told not in capsys.readouterr().err


def test_a_calibration_gives_abstention_and_sets(place, rules, monkeypatch, fusion, sharp):
    write_csv(place / "all.csv", whole_table())
    asked = ("predict", "all.csv", "--model", fusion, "--calibration", rules)
    for form in ("parquet", "csv", "jsonl"):
        assert run(monkeypatch, *asked, "--out", f"out.{form}") == 0
    found = pq.read_table("out.parquet").to_pylist()
    np.testing.assert_allclose([[row[one] for one in CHANCES] for row in found], sharp, atol=1e-6)
    abstained = [row["abstain"] for row in found]
    assert abstained == (sharp.max(1) < np.median(sharp.max(1))).tolist()
    assert sum(abstained) == 20
    for row, chances in zip(found, sharp, strict=True):
        inside = [label for label, chance in zip(LABELS, chances, strict=True) if chance >= 0.2]
        assert row["set"] == (inside or [row["label"]])
    with Path("out.csv").open(encoding="utf-8", newline="") as lines:
        told = [(row["abstain"] == "true", row["set"].split("; ")) for row in csv.DictReader(lines)]
    assert told == [(row["abstain"], row["set"]) for row in found]
    lines = Path("out.jsonl").read_text(encoding="utf-8").splitlines()
    told = [(row["abstain"], row["set"]) for row in map(json.loads, lines)]
    assert told == [(row["abstain"], row["set"]) for row in found]


def test_people_get_a_table(place, rules, monkeypatch, capsys, fusion):
    write_csv(place / "all.csv", [("a\x1b[31m", "pictures/pair_000.png", "x")])
    asked = ("predict", "all.csv", "--model", fusion, "--format", "table")
    assert run(monkeypatch, *asked, "--calibration", rules) == 0
    head, line = capsys.readouterr().out.splitlines()
    assert head.split() == ["p", "label", "name"]
    chance, label, name, *_ = line.split()
    assert 0 < float(chance) < 1
    assert label in LABELS
    assert name == "a␛[31m"


def test_what_was_masked_stands_beside(place, monkeypatch, capsys, fusion):
    image = picture(3, (320, 320))
    write(image, (8, 8), "DOB 12/03/1956", 24)
    (place / "a.png").write_bytes(encode(image))
    (place / "small.png").write_bytes(encode(picture(1, (20, 20))))
    rows = [{"image": "a.png", "caption": "Seen by Dr. Miller."}, {"image": "small.png"}]
    (place / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    write_params(place, scan__faces="off")
    asked = ("predict", "a.jsonl", "--model", fusion, "--screen", "--format", "jsonl")
    assert run(monkeypatch, *asked) == 3
    told = capsys.readouterr()
    assert json.loads(told.out)["masked"] == ["image: date", "caption: name"]
    assert "a.jsonl: line 2: small.png: shorter than" in told.err
    assert "not screened" not in told.err


@pytest.mark.skipif(not REALDATA.is_dir(), reason="needs ../shared/realdata")
def test_real_pairs_are_read_from_their_own_table(monkeypatch, capsys, tmp_path, model_folders):
    text = (REALDATA / "pairs.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO(text, newline="")))[:20]
    write_csv(tmp_path / "some.csv", rows[1:], rows[0])
    asked = ("predict", str(tmp_path / "some.csv"), "--root", str(REALDATA))
    assert run(monkeypatch, *asked, "--model", str(model_folders / "fusion")) == 0
    assert of_csv(capsys.readouterr().out)[0] == [row[0] for row in rows[1:]]


MEASURED = """
import sys
from pathlib import Path
from pairdx.cli import main
sys.argv[0] = "pairdx"
try:
    main()
finally:
    print(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""


def peak(*words):
    """The most memory that the command took, in MB."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, "predict", *words],
        env=os.environ | {"PYTHONPATH": importing(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout) / 1024


@pytest.mark.slow
@pytest.mark.parametrize("form", ["folder", "parquet"])
def test_memory_does_not_grow_with_the_images(tmp_path, model_folders, form):
    """1,500 more images of 100 kB are 150 MB, also within one row group (of small pages)."""
    noise = np.random.default_rng(0).integers(0, 256, (190, 190, 3), np.uint8)
    image = encode(Image.fromarray(noise), compress_level=1)
    assert len(image) > 100_000
    model, found = str(model_folders / "image_only"), {}
    for count in (500, 2000):
        source = tmp_path / f"{count}"
        if form == "folder":
            source.mkdir()
            (source / "0.png").write_bytes(image)
            for number in range(1, count):
                (source / f"{number}.png").hardlink_to(source / "0.png")
        else:
            source = source.with_suffix(".parquet")
            columns = {"image": [image] * count, "id": [str(number) for number in range(count)]}
            schema = pa.schema([("image", pa.binary()), ("id", pa.string())])
            table = pa.table(columns, schema)
            pq.write_table(table, source, count, use_dictionary=False, write_batch_size=16)
        out = tmp_path / f"{count}.csv"
        found[count] = peak(str(source), "--model", model, "--out", str(out))
        assert len(out.read_text().splitlines()) == count + 1
    assert found[2000] - found[500] < 40, found
