"""`pairdx weights`, as a user runs it; the hub is a server on this machine, by HF_ENDPOINT."""

import json
import os
import subprocess
import sys

import pytest
from closure import ROOT
from hub import serve
from test_cli import run

CLIP = "/timm/vit_base_patch32_clip_224.openai/resolve/main"
FILES = {
    f"{CLIP}/open_clip_config.json": b'{"model_cfg": {"quick_gelu": true}}',
    f"{CLIP}/open_clip_model.safetensors": bytes(range(256)) * 20,
}


def pairdx(folder, endpoint, *words):
    """Run the command in a process of its own, with no cache of this machine."""
    environment = os.environ | {"HF_ENDPOINT": endpoint, "HF_HOME": str(folder / "home")}
    return subprocess.run(
        [sys.executable, "-c", "from pairdx.cli import main; main()", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_fetch_and_verify(tmp_path):
    place = ("--dir", str(tmp_path / "weights"))
    with serve(dict(FILES)) as site:
        done = pairdx(tmp_path, site.url, "weights", "fetch", "clip-vit-b32", *place)
        assert done.returncode == 0, done.stderr
        assert done.stdout == f"clip-vit-b32: {tmp_path}/weights/clip-vit-b32\n"
    folder = tmp_path / "weights" / "clip-vit-b32"
    for path, content in FILES.items():
        assert (folder / path.rsplit("/", 1)[1]).read_bytes() == content
    assert len(json.loads((folder / "pins.json").read_text())) == 2


def test_verify_leaves_with_1_where_a_file_is_off(monkeypatch, capsys, tmp_path):
    folder = tmp_path / "clip-vit-b32"
    folder.mkdir()
    for path, content in FILES.items():
        (folder / path.rsplit("/", 1)[1]).write_bytes(content)
    verify = ("weights", "verify", "--dir", str(tmp_path))
    assert run(monkeypatch, *verify) == 0
    assert capsys.readouterr().out.count("unpinned") == 2
    assert run(monkeypatch, *verify) == 0
    assert capsys.readouterr().out.count("ok ") == 2
    (folder / "open_clip_config.json").write_bytes(b"{}")
    assert run(monkeypatch, *verify) == 1
    assert f"damaged  {folder}/open_clip_config.json" in capsys.readouterr().out
    assert run(monkeypatch, "weights", "verify", "resnet18", "--dir", str(tmp_path)) == 1
    assert "missing " in capsys.readouterr().out


def test_list_names_source_size_licence_and_checksum(monkeypatch, capsys, tmp_path):
    assert run(monkeypatch, "weights", "list", "--dir", str(tmp_path)) == 0
    told = capsys.readouterr().out
    assert "resnet18: torchvision ResNet-18, IMAGENET1K_V1; about 45 MB; not there" in told
    assert "from https://download.pytorch.org/models/resnet18-f37072fd.pth, sha256:f37072fd" in told
    assert "licence  PDDL-1.0" in told
    assert "open_clip_pytorch_model.bin, no published checksum" in told


def test_params_without_registered_weights_need_no_fetching(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(ROOT)
    assert run(monkeypatch, "weights", "fetch") == 0
    assert "nothing to fetch" in capsys.readouterr().out
    assert run(monkeypatch, "weights", "verify", "--dir", str(tmp_path)) == 0
    assert f"no weights in {tmp_path}" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["fetch", "verify"])
def test_an_unknown_name_is_refused(monkeypatch, capsys, command):
    monkeypatch.chdir(ROOT)
    assert run(monkeypatch, "weights", command, "bert") == 1
    assert "weights 'bert': not known; allowed are clip-vit-b32," in capsys.readouterr().err
