"""`pairdx doctor`, run as a user runs it, on all profiles and on what can go wrong."""

import shutil
import sys
from types import SimpleNamespace

import pytest
import torch
from closure import ROOT
from last_run import TOOK, write_last_run
from releases import rows_of, write_release
from safetensors.torch import save_file
from small import write_params
from test_cli import run

from pairdx.core.schema import LABELS
from pairdx.models.weights.registry import WEIGHTS

PROFILES = ["params.yaml", "profiles/small.yaml", "profiles/paper.yaml"]
REAL = PROFILES[1:]


@pytest.fixture
def doctor(monkeypatch, capsys, tmp_path):
    """Run the doctor where Git's files lie, on a profile with changed keys.

    Nothing of a run of this checkout is read. It returns the exit code and what is said.
    """
    monkeypatch.chdir(tmp_path)
    for folder in ("bases/tiny_vit", "bases/tiny_biomedclip", "examples/pairs"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    (tmp_path / "data" / "release").mkdir(parents=True)

    def examine(profile="params.yaml", **changes):
        write_params(tmp_path, profile, **changes)
        code = run(monkeypatch, "doctor")
        return code, capsys.readouterr().out

    return examine


@pytest.fixture
def large_machine(monkeypatch):
    """Let the disk have room for a terabyte and the memory be 32 GB, whatever runs this test."""
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=10**12))
    pages = {"SC_PAGE_SIZE": 4096, "SC_PHYS_PAGES": 32 * 10**9 // 4096}
    monkeypatch.setattr("os.sysconf", pages.__getitem__)


@pytest.fixture
def weights_there(tmp_path):
    """The files of all registered weights; the doctor looks whether they are there."""
    for name, weights in WEIGHTS.items():
        for file in weights.files:
            path = tmp_path / "weights" / name / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")


def line(told, what):
    """The one line about something, without the spaces that align it."""
    (found,) = [line for line in told.splitlines() if f" {what} " in line]
    return " ".join(found.split())


def test_the_default_runs_anywhere(doctor):
    code, told = doctor()
    assert code == 0, told
    assert "missing" not in told
    assert "weights resnet18" not in told  # nothing to fetch
    assert line(told, "zero_shot.clip.model").endswith("made by the stage pretrain_clip")
    assert line(told, "zero_shot.biomedclip.model").endswith("random weights there")


def test_the_default_takes_as_long_as_it_took(doctor, tmp_path):
    assert "unknown: no finished run in this checkout" in line(doctor()[1], "time fusion")
    write_last_run(tmp_path, tmp_path / "params.yaml")
    _, told = doctor()
    for model, took in TOOK.items():
        assert line(told, f"time {model}").endswith(
            f"about {took:.0f} s" if took < 90 else f"about {took / 60:.0f} min"
        )


def test_more_epochs_of_all_classifiers_or_of_fusion_alone_take_longer(doctor, tmp_path):
    doctor()
    write_last_run(tmp_path, tmp_path / "params.yaml")
    _, told = doctor(classifier__epochs=30)
    assert line(told, "time fusion").endswith("30 epochs about 2 min")
    assert line(told, "time image_only").endswith("30 epochs about 62 s")
    _, told = doctor(fusion__epochs=30)
    assert line(told, "time fusion").endswith("30 epochs about 2 min")
    assert line(told, "time image_only").endswith("15 epochs about 31 s")


@pytest.mark.parametrize("profile", REAL)
@pytest.mark.usefixtures("large_machine", "weights_there")
def test_a_real_profile_runs_where_its_parts_are(doctor, profile, tmp_path):
    pytest.importorskip("transformers")
    release = write_release(tmp_path / "release", rows_of())
    code, told = doctor(profile, download__path=str(release))
    assert code == 0, told
    assert "server" not in told  # nothing has to be fetched
    for name in ("clip-vit-b32", "biomedclip", "resnet18", "glove-wiki-gigaword-300"):
        assert line(told, f"weights {name}").startswith("ok ")
    assert "glove-6b" not in told  # not asked for
    assert line(told, "extra [biomedclip]").endswith("installed")


@pytest.mark.parametrize("profile", REAL)
def test_what_is_to_be_fetched_is_told_with_its_size(doctor, profile, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)  # asks no server
    code, told = doctor(profile)
    assert code == 1
    assert "605 MB to fetch" in line(told, "weights clip-vit-b32")
    assert "394 MB to fetch" in line(told, "weights glove-wiki-gigaword-300")
    assert line(told, "time fetch").endswith("4.7 GB about 8 min at 10 MB/s")
    assert "about 2.9 GB to download from record 14994046" in line(told, "raw data")
    assert line(told, "server https://zenodo.org").startswith("missing")


def test_what_the_download_cache_holds_is_not_counted_again(doctor, monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    held = tmp_path / "cache" / "zenodo-17452236" / "images.zip"
    held.parent.mkdir(parents=True)
    held.write_bytes(bytes(62_640_000))  # of 22,665 images of 16 kB
    _, told = doctor(download__source="pairdx_release", download__cache=str(held.parents[1]))
    assert "about 300 MB to download from record 17452236" in line(told, "raw data")


def test_a_release_that_is_not_whole_is_told(doctor, tmp_path):
    release = write_release(tmp_path / "release", rows_of())
    (release / "PMC4.zip").unlink()
    code, told = doctor(download__source="multicare", download__path=str(release))
    assert code == 1
    assert "1 of 15 files are missing, such as PMC4.zip" in line(told, "download.source")


def test_an_unreachable_server_is_told(doctor, monkeypatch, weights_there, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    (tmp_path / "weights" / "clip-vit-b32" / "open_clip_model.safetensors").unlink()
    changes = {"model": "ViT-B-32-quickgelu", "pretrained": "openai", "untrained": False}
    code, told = doctor(**{f"zero_shot__clip__{key}": value for key, value in changes.items()})
    assert code == 1
    assert "not reachable ([Errno 111] Connection refused)" in line(
        told, "server http://127.0.0.1:9"
    )
    assert told.splitlines()[-1].endswith("cannot run here: server http://127.0.0.1:9")


def test_a_missing_extra_is_told(doctor, monkeypatch, weights_there):
    monkeypatch.setitem(sys.modules, "transformers", None)  # what an import sees without it
    model = "hf-hub:microsoft/BiomedCLIP-PubMedBERT_256-vit_base_patch16_224"
    code, told = doctor(zero_shot__biomedclip__model=model, zero_shot__biomedclip__untrained=False)
    assert code == 1
    told = line(told, "extra [biomedclip]")
    assert told.endswith("not installed: pip install -c requirements.lock -e '.[biomedclip]'")


def test_the_extra_of_lora_is_asked_for_where_it_is_used(doctor, monkeypatch):
    assert "extra [lora]" not in doctor()[1]
    monkeypatch.setitem(sys.modules, "peft", None)
    code, told = doctor(pairdx_clip__tune="lora")
    assert code == 1
    assert line(told, "extra [lora]").endswith("pip install -c requirements.lock -e '.[lora]'")


def test_a_full_disk_is_told(doctor, tmp_path):
    """A user's folder of four terabytes, of which no block is written, needs eight."""
    folder = tmp_path / "pairs"
    folder.mkdir()
    rows = [f"{label}{n},a.png,,{label}" for label in LABELS for n in range(3)]
    (folder / "pairs.csv").write_text("\n".join(["id,image,caption,label", *rows]))
    with (folder / "a.png").open("wb") as file:
        file.truncate(4 * 10**12)
    code, told = doctor(download__source="folder", download__folder=str(folder))
    assert code == 1
    assert line(told, "disk").startswith("missing disk at most 8000.")
    assert "; make room" in line(told, "disk")
    assert line(told, "download.source").endswith("folder 18 pairs")


def test_too_little_memory_is_told(doctor):
    code, told = doctor(classifier__batch_size=10_000_000)
    assert code == 1
    assert "lower batch_size or image_size" in line(told, "memory")


@pytest.mark.parametrize(
    ("changes", "what", "found"),
    [
        ({"fusion__image_encoder": "resnet19"}, "fusion.image_encoder", "allowed are resnet18"),
        ({"fusion__image_weights": "no.pth"}, "fusion.image_encoder", "no.pth: no such weight"),
        (
            {"classifier__image_encoder": "resnet10t", "classifier__image_weights": "imagenet"},
            "classifier.image_encoder",
            "'imagenet' is for resnet18",
        ),
        ({"filter__licenses": ["CC BY", "MIT"]}, "filter.licenses", "there are CC BY, CC BY-NC,"),
        (
            {"word_vectors__source": "file", "word_vectors__path": "no.txt"},
            "word_vectors.path",
            "'no.txt': no such file",
        ),
        (
            {"zero_shot__clip__model": "ViT-B-33"},
            "zero_shot.clip.model",
            "not a model of open_clip",
        ),
        ({"zero_shot__clip__model": "local-dir:no"}, "zero_shot.clip.model", "no such file"),
        (
            {"zero_shot__biomedclip__untrained": False},
            "zero_shot.biomedclip.model",
            "holds no weights",
        ),
        ({"clinvla__base": "models/no"}, "clinvla.base", "no model.json there; allowed are"),
        (
            {"zero_shot__clip__model": "RN50", "zero_shot__clip__untrained": True},
            "clinvla.base",
            "needs a CLIP of open_clip's own transformers",
        ),
        ({"pretrain_clip__epochs": 0}, "clinvla.base", "random weights, as pretrain_clip.epochs"),
        ({"audit_labels__base": "no"}, "audit_labels.base", "no model.json there; allowed are"),
        (
            {"audit_labels__base": "models/pairdx_clip"},
            "audit_labels.base",
            "has learned the labels that it audits; allowed are models/clip_zero_shot, ",
        ),
        ({"download__folder": "nowhere"}, "download.source", "'nowhere'; no such folder"),
        (
            {"download__source": "folder"},  # the example
            "download.source",
            "2 pairs of chart; every class needs 3 or more",
        ),
        (
            {"download__source": "folder", "filter__licenses": ["GPL"]},
            "filter.licenses",
            "'GPL' is the licence of no pair; there are",
        ),
    ],
)
def test_what_check_cannot_see_is_told(doctor, changes, what, found):
    code, told = doctor(**changes)
    assert code == 1, told
    assert found in line(told, what)
    assert what in told.splitlines()[-1].split("cannot run here: ")[1]


@pytest.mark.parametrize("tag", ["openai", "laion2b"])
def test_a_tag_that_does_not_fit_is_told(doctor, tag):
    changes = {"model": "ViT-B-32", "pretrained": tag, "untrained": False}
    code, told = doctor(**{f"zero_shot__clip__{key}": value for key, value in changes.items()})
    assert code == 1
    found = {"openai": "QuickGELU mismatch", "laion2b": "allowed are openai, laion400m_e31"}
    assert found[tag] in line(told, "zero_shot.clip.model")


def test_a_file_of_another_encoder_is_told(doctor, tmp_path):
    save_file({"conv1.weight": torch.zeros(1)}, tmp_path / "other.safetensors")
    code, told = doctor(classifier__image_weights=str(tmp_path / "other.safetensors"))
    assert code == 1
    assert "not weights of resnet18" in line(told, "classifier.image_encoder")


def test_a_value_that_is_not_allowed_is_told_as_check_does(doctor, monkeypatch, capsys):
    code, told = doctor(fusion__epochs=0)
    assert (code, told) == (1, "")
