"""The command line, run as a user runs it."""

from pathlib import Path

import pytest
import yaml
from closure import ROOT

from pairdx import cli


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
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    params["fusion"]["epochs"] = 0
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(params))
    assert run(monkeypatch, "check", str(path)) == 1
    assert "fusion.epochs = 0" in capsys.readouterr().err


def test_check_misses_the_folder(monkeypatch, capsys, tmp_path):
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    params["download"]["folder"] = "nowhere"
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(params))
    assert run(monkeypatch, "check", str(path)) == 1
    assert "download.folder = 'nowhere'" in capsys.readouterr().err


def test_predict_names_the_image_it_cannot_read(monkeypatch, capsys, tmp_path):
    assert run(monkeypatch, "predict", str(Path("no.png"))) == 1
    assert "no.png: cannot be read" in capsys.readouterr().err
