"""The command line, run as a user runs it."""

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
import pytest
import typer
from closure import ROOT
from drawn import write
from imports import importing
from releases import encode, picture
from small import drawn, write_params

from pairdx import cli
from pairdx.core.errors import PairdxError
from pairdx.core.schema import AUDIT, LABELS, write_table
from pairdx.readers.decisions import read_decisions


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Run `pairdx WORDS` and return its exit code."""
    monkeypatch.setattr("sys.argv", ["pairdx", *words])
    with pytest.raises(SystemExit) as left:
        cli.main()
    return int(left.value.code or 0)


def test_check_passes_the_default(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert run(monkeypatch, "check") == 0
    assert "all values allowed" in capsys.readouterr().out


def test_check_names_what_is_wrong(monkeypatch, capsys, tmp_path):
    write_params(tmp_path, classifier__epochs=0)
    assert run(monkeypatch, "check", str(tmp_path / "params.yaml")) == 1
    assert "classifier.epochs = 0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"disagreements__models": ["fusion", "fushion"]}, "disagreements.models.1 = 'fushion'"),
        ({"retrieve__models": ["pairdx_clip", "vit"]}, "retrieve.models.1 = 'vit'"),
        ({"robustness__models": ["tfdf"]}, "robustness.models.0 = 'tfdf'"),
        ({"robustness__reference": "banana"}, "robustness.reference = 'banana'"),
        ({"compared": ["fusion", "fusion"]}, "compared = ['fusion', 'fusion']; a list of names"),
        ({"compared": ["sig_zero_shot"]}, "compared: 'sig_zero_shot' is not in zero_shot"),
    ],
)
def test_check_names_a_model_that_is_not_compared(monkeypatch, capsys, tmp_path, changes, told):
    write_params(tmp_path, **changes)
    assert run(monkeypatch, "check", str(tmp_path / "params.yaml")) == 1
    said = capsys.readouterr().err
    assert told in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("section", "key", "value", "told"),
    [
        ("download", "folder", "nowhere", "download.folder = 'nowhere'"),
        ("external", "folders", {"a": "nowhere"}, "external.folders.a = 'nowhere'"),
    ],
)
def test_check_misses_the_folder(monkeypatch, capsys, tmp_path, section, key, value, told):
    here = {"download__folder": str(tmp_path), "download__path": str(tmp_path)}
    write_params(tmp_path, **here | {f"{section}__{key}": value})
    assert run(monkeypatch, "check", str(tmp_path / "params.yaml")) == 1
    assert told in capsys.readouterr().err


def test_predict_names_the_image_it_cannot_read(monkeypatch, capsys, model_folders):
    words = ("predict", "no.png", "--model", str(model_folders / "fusion"))
    assert run(monkeypatch, *words) == 1
    assert "no.png: cannot be read" in capsys.readouterr().err


@pytest.fixture
def no_file(tmp_path, request):
    """A folder, a FIFO that nobody writes to, or a link to itself."""
    path = tmp_path / request.param
    {"folder": path.mkdir, "fifo": lambda: os.mkfifo(path), "loop": lambda: path.symlink_to(path)}[
        request.param
    ]()
    return path


@pytest.mark.parametrize("no_file", ["folder", "fifo", "loop"], indirect=True)
@pytest.mark.parametrize(
    "words",
    [
        "check PATH",
        "doctor PATH",
        "predict PATH --model fusion",
        "predict a.png --model PATH",
        "predict a.png --model fusion --calibration PATH",
        "add-decisions PATH",
        "add-labels PATH --audit audit.parquet",
    ],
)
def test_what_is_no_file_is_told_in_one_line(
    monkeypatch, capsys, model_folders, tmp_path, no_file, words
):
    (tmp_path / "fusion").symlink_to(model_folders / "fusion")
    (tmp_path / "a.png").write_bytes(drawn(1).images[0])
    (tmp_path / "review").mkdir()
    for name, columns in (("decisions", "id,reader,decision,note"), ("labels", "id,reader,label")):
        (tmp_path / f"review/{name}.csv").write_text(f"{columns}\n")
    write_table(pa.Table.from_pylist([], AUDIT), tmp_path / "audit.parquet", AUDIT)
    monkeypatch.chdir(tmp_path)
    words = words.replace("PATH", no_file.name)
    assert run(monkeypatch, *words.split()) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert re.match(rf"error: {no_file.name}.*(cannot be read|no such file|without image)", told)


@pytest.mark.parametrize(("name", "trained"), [("clip_zero_shot", False), ("pairdx_clip", True)])
def test_predict_tells_classes_and_whether_it_is_chance(
    monkeypatch, capsys, model_folders, tmp_path, name, trained
):
    (tmp_path / "a.png").write_bytes(drawn(1).images[0])
    model = str(model_folders / name)
    assert run(monkeypatch, "predict", str(tmp_path / "a.png"), "--model", model) == 0
    told = capsys.readouterr()
    assert ("random weights" in told.err) == (not trained)
    chances, labels = zip(*(line.split() for line in told.out.splitlines()), strict=True)
    assert sorted(labels) == sorted(LABELS)
    assert sum(map(float, chances)) == pytest.approx(1, abs=0.005)


def test_predict_screens_the_picture_where_it_is_asked_to(
    monkeypatch, capsys, model_folders, tmp_path
):
    image = picture(3, (320, 320))
    write(image, (8, 8), "DOB 12/03/1956", 24)
    (tmp_path / "a.png").write_bytes(encode(image))
    write_params(tmp_path, scan__faces="off")
    monkeypatch.chdir(tmp_path)
    words = ("predict", "a.png", "--model", str(model_folders / "fusion"), "--screen")
    assert run(monkeypatch, *words, "--caption", "Seen by Dr. Miller.") == 0
    assert "masked: image: date, caption: name\n" in capsys.readouterr().out


PANELS = ["Set up", "Look", "Predict", "Curate by hand", "Share"]


def test_help_is_a_table_of_contents(monkeypatch, capsys):
    """Panels in order; every command in one, on one line of a terminal of 80 columns."""
    monkeypatch.setattr("typer.rich_utils.MAX_WIDTH", 80)
    assert run(monkeypatch, "--help") == 0
    told = capsys.readouterr().out
    places = [told.index(f"─ {panel} ─") for panel in PANELS]
    assert places == sorted(places)
    assert "─ Commands ─" not in told
    named = re.findall(r"^│ ([a-z]+(?:-[a-z]+)*) ", told[places[0] :], re.MULTILINE)
    assert sorted(named) == sorted(typer.main.get_command(cli.app).commands)
    assert len(told[places[0] :].strip().splitlines()) == len(named) + 2 * len(PANELS)


def test_stages_that_a_command_runs_find_its_own_python(monkeypatch):
    monkeypatch.setenv("PATH", "/usr/bin")
    assert run(monkeypatch, "--version") == 0
    assert shutil.which("python") == str(Path(sys.executable).parent / "python")


def test_the_version_is_the_package_s(monkeypatch, capsys):
    assert run(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"{version('pairdx')}\n"


def test_debug_shows_where_an_error_comes_from(monkeypatch):
    monkeypatch.setattr("sys.argv", ["pairdx", "--debug", "check", "nowhere.yaml"])
    with pytest.raises(PairdxError, match=r"nowhere\.yaml"):
        cli.main()


def test_a_shell_can_complete():
    asked = {"_PAIRDX_COMPLETE": "complete_bash", "COMP_WORDS": "pairdx pre", "COMP_CWORD": "1"}
    code = "import sys; sys.argv[0] = 'pairdx'; from pairdx.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | asked | {"PYTHONPATH": importing(ROOT / "src")},
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["predict"]


def test_decisions_are_added(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    into = tmp_path / "review/decisions.csv"
    into.parent.mkdir()
    into.write_text("id,reader,decision,note,content\nb,Ann,keep,,\n", encoding="utf-8")
    (tmp_path / "new.csv").write_text("id;decision;reader;note\nb;drop;Ann;\na;mask;Ben;x\nc;;;\n")
    assert run(monkeypatch, "add-decisions", "new.csv") == 0
    assert "new.csv: decisions read: 2, of which 1 were decided before" in capsys.readouterr().out
    wanted = "id,reader,decision,note,content\na,Ben,mask,x,\nb,Ann,drop,,\n"
    assert into.read_text(encoding="utf-8") == wanted
    (tmp_path / "bad.csv").write_text("id,decision,reader,note\na,no,Ann,\n")
    assert run(monkeypatch, "add-decisions", "bad.csv") == 1
    assert "bad.csv: line 2: decision = 'no'" in capsys.readouterr().err
    assert into.read_text(encoding="utf-8") == wanted


def test_the_committed_decisions_can_be_read():
    read_decisions(ROOT / "review/decisions.csv")


def test_labels_are_added(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    rows = [{"id": id_, "article_id": "x", "split": "test", "label": "chart"} for id_ in "ab"]
    (tmp_path / "data").mkdir()
    write_table(pa.Table.from_pylist(rows, AUDIT), tmp_path / "data/label_audit.parquet", AUDIT)
    into = tmp_path / "review/labels.csv"
    into.parent.mkdir()
    into.write_text("id,reader,label,note\nb,Ann,chart,\n", encoding="utf-8")
    (tmp_path / "new.csv").write_text("id;label;reader\nb;radiology;Ann\na;unclear;Ben\nb;;Ben\n")
    assert run(monkeypatch, "add-labels", "new.csv") == 0
    assert "new.csv: labels read: 2, of which 1 were given before" in capsys.readouterr().out
    wanted = "id,reader,label,note\na,Ben,unclear,\nb,Ann,radiology,\n"
    assert into.read_text(encoding="utf-8") == wanted
    (tmp_path / "bad.csv").write_text("id,reader,label\nc,Ann,chart\n")
    assert run(monkeypatch, "add-labels", "bad.csv") == 1
    assert "bad.csv: id 'c' is no pair of data/label_audit.parquet" in capsys.readouterr().err
    assert into.read_text(encoding="utf-8") == wanted
