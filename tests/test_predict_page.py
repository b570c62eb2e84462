"""The commands and the Python of docs/predict.md, run as they stand there."""

import contextlib
import io
import json
import re
import shlex
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from closure import ROOT
from small import drawn, write_pairs
from test_cli import run
from test_readme import text

PAGE = ROOT / "docs" / "predict.md"
PAIRS = drawn(12)


@pytest.fixture
def place(tmp_path, monkeypatch, model_folders):
    """A folder with all that the page names."""
    (tmp_path / "models").symlink_to(model_folders)
    (tmp_path / "pictures").mkdir()
    (tmp_path / "data/pairdx").mkdir(parents=True)
    write_pairs(tmp_path / "data/pairdx/test.parquet", PAIRS)
    (tmp_path / "picture.jpg").write_bytes(PAIRS.images[0])
    (tmp_path / "pictures/a.png").write_bytes(PAIRS.images[1])
    (tmp_path / "pictures/pairs.csv").write_text("image,caption\na.png,A chart\n")
    asked = {"image": "pictures/a.png", "caption": "A chart"}
    (tmp_path / "pictures.jsonl").write_text(f"{json.dumps(asked)}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def code(language):
    """The blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text(PAGE), re.MULTILINE | re.DOTALL)


def test_the_commands_work(place, monkeypatch, capsys):
    (block,) = code("console")
    lines = [shlex.split(line, comments=True) for line in block.splitlines()]
    assert len(lines) == 5
    for command, *words in lines:
        assert command == "pairdx"
        if "<" in words:
            sent = Path(words.pop()).read_bytes()
            assert words.pop() == "<"
            monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(sent)))
        assert run(monkeypatch, *words) == 0, words
    assert pq.read_table("answers.parquet")["name"].to_pylist() == ["a.png"]
    assert len(Path("answers.jsonl").read_text().splitlines()) == len(PAIRS)
    assert len(Path("answers.csv").read_text().splitlines()) == 2
    assert '"name": "pictures/a.png"' in capsys.readouterr().out


def test_the_python_works(place):
    (block,) = code("python")
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        exec(compile(block, str(PAGE), "exec"), {})
    assert "(2, 6)" in told.getvalue()


def test_the_exit_codes_are_those_of_the_help(monkeypatch, capsys):
    monkeypatch.setattr("typer.rich_utils.MAX_WIDTH", 200)
    assert run(monkeypatch, "predict", "--help") == 0
    said = " ".join(capsys.readouterr().out.split())
    for number in re.findall(r"^\| (\d) \|", text(PAGE), re.MULTILINE):
        assert re.search(rf"\b{number} (all images|none|wrong usage|some rows)", said)
