"""Fusion and its baselines, trained from end to end on pairs told apart at a glance."""

import itertools
import shutil

import pytest
import torch
from small import STILL, drawn, section, word_vectors

from pairdx.models.fusion.fusion import build
from pairdx.models.fusion.params import FusionParams
from pairdx.pairs.pixel_cache import FOLDER
from pairdx.training.common.checkpoint import Checkpoint
from pairdx.training.common.record import write_history
from pairdx.training.fusion.classifier import class_weights, train_classifier

TRAIN, VALIDATION = drawn(30), drawn(12)
DRAWN_BEFORE = itertools.count()  # training must not depend on what was drawn before it
CHANGED = STILL | {"flip": 0.5, "rotation": 10.0, "brightness": 0.2}


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def settings(**changes):
    small = {
        "image_encoder": "resnet10t",
        "image_weights": None,
        "image_size": 32,
        "freeze_image": False,
        "freeze_vectors": False,
        "hidden": 16,
        "text_width": 8,
        "dropout": 0.1,
        "epochs": 3,
        "batch_size": 10,
        "lr": 3e-3,
        "warmup": 0.3,
        "label_smoothing": 0.0,
        "augment": CHANGED,
    }
    return section(FusionParams, **small | changes)


def train(with_image=True, with_caption=True, seed=1, name="toy", **changes):
    params = settings(**changes)
    vectors = word_vectors() if with_caption else None
    classifier = build(params, vectors, with_image, seed)
    torch.manual_seed(next(DRAWN_BEFORE))
    checkpoint = Checkpoint(name, "a")
    return classifier, train_classifier(classifier, TRAIN, VALIDATION, params, seed, checkpoint)


def same(one, other):
    one, other = one.network.state_dict(), other.network.state_dict()
    return all(torch.equal(one[key], other[key]) for key in one)


@pytest.mark.parametrize(
    ("with_image", "with_caption", "changes"),
    [
        (True, True, {"epochs": 10}),
        (True, False, {"epochs": 10}),
        (False, True, {"epochs": 40, "lr": 0.02}),
    ],
)
def test_each_model_learns(with_image, with_caption, changes):
    classifier, history = train(with_image, with_caption, **changes)
    assert history[-1]["train_loss"] < 0.7 * history[0]["train_loss"]
    best = max(row["validation_macro_f1"] for row in history)
    assert best > 0.6  # chance is 1/6
    predicted = classifier.predict(VALIDATION.images, VALIDATION.captions).argmax(1)
    right = (torch.from_numpy(predicted) == VALIDATION.targets).float().mean().item()
    assert right > 0.6  # the best epoch's weights, applied as they will be served


def test_weights_of_classes_by_hand():
    targets = torch.tensor([0] * 6 + [1] * 3 + [2] * 3)  # 12 pairs, three classes of the six
    weights = class_weights(targets)
    assert weights[:3].tolist() == pytest.approx([12 / 36, 12 / 18, 12 / 18])
    assert torch.isfinite(weights).all()
    whole = class_weights(TRAIN.targets[:6].repeat_interleave(torch.arange(1, 7)))
    counts = torch.arange(1, 7)
    assert (whole * counts).sum().item() == pytest.approx(counts.sum().item())
    torch.testing.assert_close(whole * counts, torch.full((6,), 21 / 6))  # all count alike


def test_images_past_the_limit_give_the_same_weights(monkeypatch):
    """They are decoded by processes, an epoch after another."""
    one, history = train()
    monkeypatch.setattr("pairdx.pairs.pixel_cache.LARGEST", 0)
    shutil.rmtree(FOLDER)
    two, again = train()
    assert list(FOLDER.glob("*.u8")) == []
    assert history == again
    assert same(one, two)


def test_the_same_seed_gives_the_same_weights():
    (one, first), (two, again), (three, _) = (train(seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert same(one, two)
    assert not same(one, three)


def test_a_killed_run_ends_as_one_that_was_not(monkeypatch):
    whole, history = train()
    real = Checkpoint.save

    def killed(checkpoint, state):
        real(checkpoint, state)
        if len(state["history"]) == 1:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "save", killed)
        with pytest.raises(KeyboardInterrupt):
            train()
    seen = []
    monkeypatch.setattr(Checkpoint, "save", lambda _, state: seen.append(len(state["history"])))
    resumed, rest = train()
    assert seen == [2, 3]  # it went on, it did not start anew
    assert rest == history
    assert same(whole, resumed)


def test_what_is_frozen_stays():
    classifier, _ = train(freeze_image=True, freeze_vectors=True, epochs=1)
    fresh = build(settings(), word_vectors(), True, 1)
    ours, theirs = classifier.network.state_dict(), fresh.network.state_dict()
    for key in ours:
        frozen = key.startswith("image.") or key == "caption.vectors.weight"
        if frozen:
            assert torch.equal(ours[key], theirs[key]), key
    assert not torch.equal(ours["caption.query.weight"], theirs["caption.query.weight"])


@pytest.mark.parametrize("epochs", [1, 2])
def test_a_rise_of_exactly_one_step(epochs):
    """OneCycleLR divides by zero there."""
    _, history = train(with_image=False, epochs=epochs, batch_size=15, warmup=0.5 / epochs)
    assert len(history) == epochs


# The first step of float16 may be skipped: its scale is found by trial.
@pytest.mark.filterwarnings("ignore:Detected call of `lr_scheduler.step:UserWarning")
@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_half_precision_learns(precision):
    _, history = train(with_image=False, precision=precision, epochs=20, lr=0.02)
    assert history[-1]["train_loss"] < 0.7 * history[0]["train_loss"]


def test_history_is_one_row_an_epoch(tmp_path):
    _, history = train(with_image=False)
    write_history(tmp_path / "history.csv", history)
    lines = (tmp_path / "history.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "epoch,train_loss,validation_loss,validation_macro_f1"
    assert [line.split(",")[0] for line in lines[1:]] == ["1", "2", "3"]
    assert lines[1].split(",") == [str(value) for value in history[0].values()]
