"""benchmarks/peers.py: whatever it compares is shown the same pairs, and learns from them."""

import sys
from pathlib import Path

import pytest
import torch
from closure import ROOT
from small import STILL, drawn, tiny_fusion, word_vectors, write_pairs, write_params

from pairdx.core.schema import SPLITS
from pairdx.models.fusion.fusion import build
from pairdx.pairs.params import Augmentation
from pairdx.training.fusion.classifier import ClassifierTask

for package in ("datasets", "webdataset"):
    pytest.importorskip(package, reason="needs pairdx[benchmarks]")
sys.path.insert(0, str(ROOT / "benchmarks"))  # where its scripts find each other

import peers  # noqa: E402
from peer_loaders import PEERS, Plain, Prepare  # noqa: E402

# webdataset leaves its tar files to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
PAIRS = drawn(13, side=48)
every_peer = pytest.mark.parametrize("load", PEERS.values(), ids=lambda load: load.__name__)


@pytest.fixture
def classifier():
    return build(tiny_fusion(batch_size=4), word_vectors(), True, seed=1)


def batches(load, folder, classifier, **changes):
    inputs = classifier.inputs
    prepare = Prepare.of(inputs.image, Augmentation(**STILL | changes), inputs.vocabulary)
    return load(PAIRS, folder, prepare, 4, 0)


def by_brightness(images, tokens, targets):
    """All pairs in an order that no loader decides."""
    rows = images.sum((1, 2, 3)).argsort()
    return images[rows], tokens[rows], targets[rows]


@every_peer
@pytest.mark.parametrize("flip", [0.0, 1.0])
def test_an_epoch_shows_what_ours_shows(load, flip, tmp_path, classifier):
    params = tiny_fusion(augment=STILL | {"flip": flip})
    task = ClassifierTask(classifier, PAIRS, PAIRS, params)
    batch = task.batch(torch.arange(len(PAIRS)))
    ours = by_brightness(batch.images, batch.tokens, PAIRS.targets)
    shown = list(batches(load, tmp_path, classifier, flip=flip))
    theirs = by_brightness(*(torch.cat(parts) for parts in zip(*shown, strict=True)))
    assert [len(targets) for _, _, targets in shown] == [4, 4, 4, 1]
    torch.testing.assert_close(theirs[0], ours[0])
    assert torch.equal(theirs[1], ours[1])
    assert torch.equal(theirs[2], ours[2])


@every_peer
def test_images_are_changed_anew_in_every_epoch(load, tmp_path, classifier):
    epochs = batches(load, tmp_path, classifier, brightness=0.5)
    first, second = (torch.cat([images for images, _, _ in epochs]) for _ in range(2))
    assert not torch.equal(*(epoch.sum((1, 2, 3)).sort()[0] for epoch in (first, second)))


@every_peer
def test_the_plain_loop_learns_the_pairs(load, tmp_path, classifier):
    params = tiny_fusion(batch_size=4, epochs=20, lr=1e-2)
    loop = Plain(classifier.network, batches(load, tmp_path, classifier), params)
    loop.train(3 * 20)  # a fourth batch of one pair is left out: more steps are an error
    told = classifier.predict(PAIRS.images, PAIRS.captions).argmax(1)
    assert (torch.tensor(told) == PAIRS.targets).all()
    assert loop.waited > 0


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of a tiny network that has pairs and word vectors."""
    settings = {"image_encoder": "test_resnet", "image_size": 32, "epochs": 2, "batch_size": 4}
    write_params(tmp_path, **{f"classifier__{key}": value for key, value in settings.items()})
    for name in SPLITS:
        write_pairs(tmp_path / "data" / "pairdx" / f"{name}.parquet", PAIRS)
    word_vectors().save(tmp_path / "data" / "word_vectors.safetensors")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("clock", peers.CLOCKS)
def test_the_table_has_a_row_a_way_and_the_naive_one_is_its_measure(capsys, clock):
    peers.main(size=[32], rounds=1, clock=clock)
    rows = [line.strip("|").split("|") for line in capsys.readouterr().out.splitlines()]
    found = {cells[0].strip(): cells[-1].strip() for cells in rows if len(cells) == 6}
    assert {"PairDx, float32", *PEERS} <= set(found)
    assert found["one file an image"] == "1.00"


@pytest.mark.usefixtures("project")
def test_scores_are_paired_by_seed_and_not_computed_twice(capsys, monkeypatch):
    asked = {"seeds": 2, "scores": Path("scores.json")}
    peers.main(**asked, change=["precision=float32"])
    first = capsys.readouterr().out
    assert [line.split("|")[1].strip() for line in first.splitlines()[2:]] == ["17", "18", "mean"]
    monkeypatch.setattr(peers, "naive_score", None)  # trained again it would fail
    peers.main(**asked, change=["precision=float32"])
    assert capsys.readouterr().out == first
    with pytest.raises(TypeError):  # of other params nothing is known
        peers.main(**asked, change=["precision=float32", "classifier.epochs=1"])


@pytest.mark.usefixtures("project")
def test_what_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "webdataset", None)
    with pytest.raises(SystemExit, match=r"webdataset is not installed: .*\[benchmarks\]"):
        peers.main()
