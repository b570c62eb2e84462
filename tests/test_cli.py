"""The command line, run as a user runs it."""

from pathlib import Path

import pyarrow as pa
import pytest
import yaml
from closure import ROOT
from small import drawn, section, tiny_clip

from pairdx import cli
from pairdx.core.schema import AUDIT, LABELS, write_table
from pairdx.models.clip import clip
from pairdx.models.clip.params import ClipZeroShotParams
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
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    params["fusion"]["epochs"] = 0
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(params))
    assert run(monkeypatch, "check", str(path)) == 1
    assert "fusion.epochs = 0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("section", "key", "value", "told"),
    [
        ("download", "folder", "nowhere", "download.folder = 'nowhere'"),
        ("external", "folders", {"a": "nowhere"}, "external.folders.a = 'nowhere'"),
    ],
)
def test_check_misses_the_folder(monkeypatch, capsys, tmp_path, section, key, value, told):
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    params["download"]["folder"] = params["download"]["path"] = str(tmp_path)
    params[section][key] = value
    path = tmp_path / "params.yaml"
    path.write_text(yaml.safe_dump(params))
    assert run(monkeypatch, "check", str(path)) == 1
    assert told in capsys.readouterr().err


def test_predict_names_the_image_it_cannot_read(monkeypatch, capsys, tmp_path):
    assert run(monkeypatch, "predict", str(Path("no.png"))) == 1
    assert "no.png: cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("trained", [False, True])
def test_predict_tells_classes_and_whether_it_is_chance(monkeypatch, capsys, tmp_path, trained):
    values = {"model": f"local-dir:{tiny_clip(tmp_path / 'tiny')}", "pretrained": None}
    model = clip.ClipClassifier.create(section(ClipZeroShotParams, **values, untrained=True), 1)
    model.save(tmp_path, clip.card("clip_zero_shot", "", model, trained))
    (tmp_path / "a.png").write_bytes(drawn(1).images[0])
    assert run(monkeypatch, "predict", str(tmp_path / "a.png"), "--model", str(tmp_path)) == 0
    told = capsys.readouterr()
    assert ("random weights" in told.err) == (not trained)
    chances, labels = zip(*(line.split() for line in told.out.splitlines()), strict=True)
    assert sorted(labels) == sorted(LABELS)
    assert sum(map(float, chances)) == pytest.approx(1, abs=0.005)


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
