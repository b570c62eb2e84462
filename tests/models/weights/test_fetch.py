"""Fetching weights from a server on this machine that speaks as the real ones do."""

import gzip
import hashlib
import json
import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import huggingface_hub
import pytest
import torch
from hub import COMMIT, etag, serve
from small import PROMPTS, section, zero_shot
from torchvision.models import resnet18
from true_forms import (
    BIOMEDBERT,
    BIOMEDCLIP,
    bert_config,
    published_resnet18,
    tiny_biomedclip,
)

from pairdx.core.errors import PairdxError
from pairdx.models.clip.clip import ClipClassifier
from pairdx.models.fusion.fusion import build
from pairdx.models.fusion.params import FusionParams
from pairdx.models.weights import registry as weights
from pairdx.models.weights.fetch import (
    PINS,
    missing,
    obtain,
    obtain_file,
    obtain_image_weights,
    pin,
    states,
)
from pairdx.models.weights.registry import WEIGHTS, WeightFile, Weights
from pairdx.training.word_vectors.params import WordVectorsParams
from pairdx.training.word_vectors.word_vectors import build_word_vectors

GLOVE = "3 3\nthe 0.5 -1 2\nfracture 1 2 3\nisn't 0 0 1\n"
LARGE = bytes(range(256)) * 400  # 102,400 bytes


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """An empty hub, and none of this machine's caches."""
    with serve({}) as site:
        # What HF_ENDPOINT sets when huggingface_hub is imported.
        template = f"{site.url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        monkeypatch.setattr("huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", site.url)
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr("huggingface_hub.file_download.time.sleep", lambda seconds: None)
        huggingface_hub.close_session()
        yield site
    huggingface_hub.close_session()


@pytest.fixture
def listed(monkeypatch, hub):
    """Add weights of one file to the list; return its path on the server."""

    def add(content=LARGE, digest=None, source="hf://owner/repo/weights.bin", size=None):
        path = "/owner/repo/resolve/main/weights.bin"
        if not source.startswith("hf://"):
            path, source = source, f"{hub.url}{source}"
        hub.files[path] = content
        file = WeightFile("weights.bin", source, size or len(content), digest)
        monkeypatch.setitem(WEIGHTS, "listed", Weights("what", "licence", "params", (file,)))
        return path

    return add


def refused(root, match, name="listed"):
    with pytest.raises(PairdxError, match=match) as error:
        obtain(name, root)
    assert len(str(error.value).splitlines()) == 1
    return str(error.value)


SOURCES = ["hf://owner/repo/weights.bin", "/models/weights.bin"]


@pytest.mark.parametrize("source", SOURCES)
def test_a_file_is_fetched_once(listed, hub, tmp_path, source):
    path = listed(digest=f"sha256:{hashlib.sha256(LARGE).hexdigest()[:8]}", source=source)
    file = obtain_file("listed", tmp_path)
    assert file.read_bytes() == LARGE
    assert hub.gets(path) == [None]
    assert obtain_file("listed", tmp_path) == file
    assert hub.gets(path) == [None]
    assert {entry.name for entry in tmp_path.iterdir()} <= {"listed", ".listed.lock", "cache"}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("at", [0, 1, 65_536, len(LARGE) - 1])
def test_a_cut_connection_goes_on_where_it_was_cut(listed, hub, tmp_path, monkeypatch, source, at):
    path = listed(digest=f"sha256:{hashlib.sha256(LARGE).hexdigest()}", source=source)
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 1024)  # of 10 MB
    hub.cut_after = [at]
    assert obtain_file("listed", tmp_path).read_bytes() == LARGE
    whole = at // 1024 * 1024
    assert hub.gets(path) == [None, f"bytes={whole}-" if whole else None]


def test_an_earlier_attempt_is_taken_up_again(listed, hub, tmp_path):
    path = listed(digest=f"sha256:{hashlib.sha256(LARGE).hexdigest()}", source="/weights.bin")
    hub.codes = [503, 503, 503, 503, 503, 503, 503]
    partial = tmp_path / ".listed.partial" / "weights.bin"
    partial.parent.mkdir()
    partial.write_bytes(LARGE[:70_000])
    refused(tmp_path, "cannot be fetched .*503")
    assert partial.stat().st_size == 70_000
    hub.codes = []
    obtain("listed", tmp_path)
    assert hub.gets(path)[-1] == "bytes=70000-"
    assert not partial.exists()


def test_a_killed_run_that_had_all_bytes_fetches_none(listed, hub, tmp_path):
    path = listed(digest=f"sha256:{hashlib.sha256(LARGE).hexdigest()}", source="/weights.bin")
    (tmp_path / ".listed.partial").mkdir()
    (tmp_path / ".listed.partial" / "weights.bin").write_bytes(LARGE)
    assert obtain_file("listed", tmp_path).read_bytes() == LARGE
    assert hub.gets(path) == []


@pytest.mark.parametrize("source", SOURCES)
def test_too_many_requests_are_waited_for(listed, hub, tmp_path, source, monkeypatch):
    listed(digest=f"sha256:{hashlib.sha256(LARGE).hexdigest()}", source=source)
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda seconds: None)
    hub.codes = [429, 429]
    assert obtain_file("listed", tmp_path).read_bytes() == LARGE


@pytest.mark.parametrize("source", SOURCES)
def test_another_checksum_than_the_published_one_is_refused(listed, tmp_path, source):
    listed(digest="sha256:0123", source=source)
    told = refused(tmp_path, r"came with the checksum sha256:[0-9a-f]+, not sha256:0123; run")
    assert "weights.bin" in told
    assert not (tmp_path / "listed" / "weights.bin").exists()


@pytest.mark.parametrize("content", [LARGE, b"{}"])
def test_another_checksum_than_the_hub_states_is_refused(listed, hub, tmp_path, content):
    hub.lies = {listed(content)}
    refused(tmp_path, f"not (sha256|git):{etag(content)}")
    hub.lies = set()
    assert obtain_file("listed", tmp_path).read_bytes() == content


def test_a_file_without_a_published_checksum_is_pinned(listed, tmp_path):
    listed()
    file = obtain_file("listed", tmp_path)
    pins = json.loads((tmp_path / "listed" / PINS).read_text())
    assert pins == {"weights.bin": f"sha256:{hashlib.sha256(LARGE).hexdigest()}"}
    file.write_bytes(LARGE[:-1])
    assert [state for _, state in states("listed", tmp_path)] == ["damaged"]
    refused(tmp_path, r"weights.bin: its checksum is not sha256:.*; delete it and run `pairdx w")
    pin("listed", tmp_path)  # keeps the old pin
    assert [state for _, state in states("listed", tmp_path)] == ["damaged"]


def test_a_file_put_there_by_hand_needs_no_network(listed, hub, tmp_path):
    listed()
    (tmp_path / "listed").mkdir()
    (tmp_path / "listed" / "weights.bin").write_bytes(b"by hand")
    assert obtain_file("listed", tmp_path).read_bytes() == b"by hand"
    assert hub.asked == []
    assert [state for _, state in states("listed", tmp_path)] == ["unpinned"]
    pin("listed", tmp_path)
    assert [state for _, state in states("listed", tmp_path)] == ["ok"]


@pytest.mark.parametrize("name", ["clip-vit-b32", "resnet18", "glove-wiki-gigaword-300"])
def test_without_a_network_the_error_says_what_supplies_the_file(tmp_path, monkeypatch, name):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    huggingface_hub.close_session()
    told = refused(tmp_path, "cannot be fetched", name)
    huggingface_hub.close_session()
    assert f"`pairdx weights fetch {name}`" in told
    assert str(tmp_path / name / WEIGHTS[name].files[0].name) in told


def test_an_unreachable_server_is_an_error(listed, tmp_path, hub, monkeypatch):
    listed(source="/weights.bin")
    file = replace(WEIGHTS["listed"].files[0], source="http://127.0.0.1:9/weights.bin")
    monkeypatch.setitem(WEIGHTS, "listed", replace(WEIGHTS["listed"], files=(file,)))
    refused(tmp_path, "http://127.0.0.1:9/weights.bin cannot be fetched .*refused")


def test_what_the_hubs_cache_holds_is_not_fetched_again(listed, hub, tmp_path):
    path = listed()
    huggingface_hub.hf_hub_download("owner/repo", "weights.bin")
    hub.asked.clear()
    assert obtain_file("listed", tmp_path / "weights").read_bytes() == LARGE
    assert hub.gets(path) == []


def test_too_little_room_is_told_before_the_first_byte(listed, hub, tmp_path):
    listed(size=10**18)
    refused(tmp_path, r"1000000000.0 GB are still to be fetched .* GB free; make room or set weig")
    assert hub.asked == []


FULL_DISK = """
import resource, sys, signal
from pathlib import Path
from pairdx.core.errors import PairdxError
from pairdx.models.weights import fetch, registry as weights
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
file = weights.WeightFile("weights.bin", sys.argv[1], 1, "sha256:00")
weights.WEIGHTS["listed"] = weights.Weights("", "", "", (file,))
try:
    fetch.obtain("listed", Path(sys.argv[2]))
except PairdxError as error:
    print(error)
"""


def test_a_disk_that_fills_up_is_an_error(listed, hub, tmp_path):
    """A limit of file sizes stands for the disk: the write itself fails, as it would there."""
    path = listed(source="/weights.bin")
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, f"{hub.url}{path}", tmp_path / "weights"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "cannot be fetched ([Errno 27] File too large)" in done.stdout, done.stderr
    assert not (tmp_path / "weights" / "listed").exists()
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 50_000  # of the other process only


def test_a_place_that_cannot_be_written_is_named(listed, tmp_path):
    listed()
    (tmp_path / "file").write_text("")
    refused(tmp_path / "file", r"weights.dir = '.*file': cannot be written")


def test_damaged_pins_are_named(listed, tmp_path):
    listed()
    obtain("listed", tmp_path)
    (tmp_path / "listed" / PINS).write_text("{")
    refused(tmp_path, r"pins.json: damaged .*; delete it")


def test_an_unknown_name_is_refused():
    with pytest.raises(PairdxError, match="weights 'bert': not known; allowed are clip-vit-b32,"):
        missing("bert", Path())


def test_biomedclip_from_the_hub_to_a_prediction(hub, tmp_path, monkeypatch):
    """Both repositories, as published: the model's has no config.json."""
    pytest.importorskip("transformers")
    form = tiny_biomedclip(tmp_path / "published" / "biomedclip")
    for path in form.iterdir():
        hub.files[f"/{BIOMEDCLIP}/resolve/main/{path.name}"] = path.read_bytes()
    config = json.dumps(bert_config()).encode()
    hub.files[f"/{BIOMEDBERT}/resolve/main/config.json"] = config
    params = zero_shot(model=f"hf-hub:{BIOMEDCLIP}", pretrained=None, untrained=False)
    name = weights.of_clip(params.model, params.pretrained)
    assert name == "biomedclip"
    folder = obtain(name, tmp_path / "weights")
    assert {path.name for path in folder.iterdir()} == {
        *(file.name for file in WEIGHTS["biomedclip"].files),
        PINS,
    }
    assert COMMIT not in (folder / PINS).read_text()  # files are known by their content
    hub.asked.clear()
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    model = ClipClassifier.create(params, PROMPTS, 1, obtain(name, tmp_path / "weights"))
    assert model.encode_captions(["a photo of a chart"]).shape == (1, 16)
    assert hub.asked == []


def serve_from(monkeypatch, hub, name, content, digest):
    """Serve the one file of registered weights from the test's server."""
    (file,) = WEIGHTS[name].files
    path = f"/{file.name}"
    hub.files[path] = content
    ours = replace(file, source=f"{hub.url}{path}", size=len(content), digest=digest)
    monkeypatch.setitem(WEIGHTS, name, replace(WEIGHTS[name], files=(ours,)))


def test_resnet18_from_its_server_to_an_encoder(hub, tmp_path, monkeypatch):
    content = published_resnet18(tmp_path / "published.pth").read_bytes()
    digest = f"sha256:{hashlib.sha256(content).hexdigest()[:8]}"
    serve_from(monkeypatch, hub, "resnet18", content, digest)
    params = section(FusionParams, image_weights="imagenet", image_size=32)
    file = obtain_image_weights(params.image_encoder, params.image_weights, tmp_path)
    network = build(params, None, True, 1, file).network
    torch.manual_seed(3)
    wanted = resnet18().state_dict()["layer4.1.conv2.weight"]
    assert torch.equal(network.image.backbone.layer4[1].conv2.weight, wanted)


def test_glove_from_its_server_to_a_table(hub, tmp_path, monkeypatch):
    content = gzip.compress(GLOVE.encode())
    digest = f"md5:{hashlib.md5(content, usedforsecurity=False).hexdigest()}"
    serve_from(monkeypatch, hub, "glove-wiki-gigaword-300", content, digest)
    params = section(WordVectorsParams, source="gensim", dimension=3)
    name = weights.of_words(params.source, params.name)
    table = build_word_vectors([], params, 1, obtain_file(name, tmp_path))
    assert table.vocabulary.words == ("the", "fracture", "isn't")
    assert table.vectors[1].tolist() == [1, 2, 3]


def test_imagenet_is_for_resnet18_only(tmp_path):
    params = section(FusionParams, image_encoder="resnet10t", image_weights="imagenet")
    with pytest.raises(PairdxError, match="'imagenet' is for resnet18; name a file"):
        obtain_image_weights(params.image_encoder, params.image_weights, tmp_path)


def test_the_list_says_of_every_file_where_it_comes_from():
    for name, listed in WEIGHTS.items():
        assert listed.licence, name
        assert len({file.name for file in listed.files}) == len(listed.files)
        for file in listed.files:
            assert file.source.startswith(("hf://", "https://"))
            assert file.source.endswith(f"/{file.name}")
            assert file.digest is None or file.digest.split(":")[0] in ("sha256", "md5")
