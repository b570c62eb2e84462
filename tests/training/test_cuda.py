"""Training on a GPU, where there is one: number format, resumption, and the same pictures."""

import pytest
import torch
from cues import planted, vectors
from small import STILL, section

from pairdx.models.common.predictor import device
from pairdx.models.fusion.fusion import build
from pairdx.models.fusion.params import FusionParams
from pairdx.pairs.augment import Augment
from pairdx.pairs.params import Augmentation
from pairdx.training.common import loop
from pairdx.training.common.checkpoint import Checkpoint
from pairdx.training.common.precision import resolve
from pairdx.training.fusion.classifier import train_classifier

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")

SETTINGS = {
    "image_encoder": "resnet18",
    "image_weights": None,
    "image_size": 64,
    "epochs": 4,
    "batch_size": 32,
    "lr": 1e-3,
    "precision": "auto",
}


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def trained(checkpoint):
    params = section(FusionParams, **SETTINGS)
    classifier = build(params, vectors(), True, 0)
    history = train_classifier(
        classifier, planted(192, 1)[0], planted(48, 2)[0], params, 0, checkpoint
    )
    return classifier, history


def test_auto_is_bfloat16_and_learns():
    assert resolve("auto") == torch.bfloat16
    classifier, history = trained(Checkpoint("one", "a"))
    assert next(classifier.network.parameters()).is_cuda
    assert history[-1]["train_loss"] < history[0]["train_loss"]


def test_a_killed_run_goes_on_to_the_same_losses(monkeypatch):
    """To the last bit only where every kernel adds in a fixed order."""
    _, whole = trained(Checkpoint("whole", "a"))
    monkeypatch.setattr(loop, "SAVE_EVERY", 0.0)
    epochs, calls = loop._epoch, iter(range(100))

    def killed(*arguments):
        if next(calls) == 2:
            raise KeyboardInterrupt
        return epochs(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(loop, "_epoch", killed)
        with pytest.raises(KeyboardInterrupt):
            trained(Checkpoint("killed", "a"))
    _, resumed = trained(Checkpoint("killed", "a"))
    assert [row["epoch"] for row in resumed] == [1, 2, 3, 4]
    for row, other in zip(resumed, whole, strict=True):
        assert row["train_loss"] == pytest.approx(other["train_loss"], rel=0.02)


def test_pictures_are_changed_as_on_the_cpu():
    images = torch.randint(0, 256, (8, 3, 32, 32), dtype=torch.uint8)
    change = Augment(Augmentation.model_validate(STILL | STRONG))
    torch.manual_seed(1)
    here = change(images)
    torch.manual_seed(1)
    there = change(images.to(device()))
    torch.testing.assert_close(there.cpu(), here, atol=2e-3, rtol=0)


STRONG = {
    "flip": 0.5,
    "rotation": 15.0,
    "scale": 0.2,
    "brightness": 0.2,
    "contrast": 0.2,
    "saturation": 0.2,
    "hue": 0.1,
}
