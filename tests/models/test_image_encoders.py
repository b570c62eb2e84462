import pickle
from urllib.error import URLError

import pytest
import timm
import torch
from safetensors.torch import save_file
from torchvision.models import resnet18

from pairdx.errors import PairdxError
from pairdx.models.image_encoders import ImageEncoder, load_pretrained
from pairdx.models.weights import RESNET18_URL, read_weights

IMAGES = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))


def saved(path, weights):
    if path.suffix == ".safetensors":
        save_file(weights, path)
    else:
        torch.save(weights, path)
    return path


@pytest.fixture(scope="module")
def published():
    """A whole ResNet-18, classifier on top, as torchvision publishes it."""
    torch.manual_seed(3)
    return resnet18().eval()


@pytest.mark.parametrize("name", ["weights.pth", "weights.safetensors"])
def test_published_weights_give_the_published_features(tmp_path, published, name):
    path = saved(tmp_path / name, published.state_dict())
    encoder = ImageEncoder("resnet18").eval()
    load_pretrained(encoder, "resnet18", str(path))
    with torch.no_grad():
        features = encoder(IMAGES)
        assert features.shape == (2, encoder.width) == (2, 512)
        torch.testing.assert_close(published.fc(features), published(IMAGES))


def test_a_model_of_timm(tmp_path):
    torch.manual_seed(3)
    whole = timm.create_model("resnet10t", num_classes=10).eval()
    path = saved(tmp_path / "weights.safetensors", whole.state_dict())
    encoder = ImageEncoder("resnet10t").eval()
    load_pretrained(encoder, "resnet10t", str(path))
    with torch.no_grad():
        features = encoder(IMAGES)
        assert features.shape == (2, encoder.width)
        torch.testing.assert_close(whole.get_classifier()(features), whole(IMAGES))


@pytest.mark.parametrize("name", ["resnet1", "", "ResNet18", "hf-hub:timm/resnet18"])
def test_an_unknown_name_is_an_error(name):
    with pytest.raises(PairdxError, match=f"image_encoder = '{name}'; allowed are resnet18"):
        ImageEncoder(name)


def test_a_frozen_backbone_stays_as_it_is():
    encoder = ImageEncoder("resnet10t", frozen=True).train()
    before = {key: value.clone() for key, value in encoder.state_dict().items()}
    encoder(IMAGES)
    assert not any(weight.requires_grad for weight in encoder.parameters())
    for key, value in encoder.state_dict().items():  # batch statistics too
        assert torch.equal(value, before[key])
    assert ImageEncoder("resnet10t").train().backbone.training


def refused(path, match, name="resnet18"):
    with pytest.raises(PairdxError, match=match) as error:
        load_pretrained(ImageEncoder(name), name, str(path))
    assert len(str(error.value).splitlines()) == 1
    assert str(path) in str(error.value)


def test_weights_of_another_model_are_refused(tmp_path, published):
    other = timm.create_model("resnet10t").state_dict()
    refused(saved(tmp_path / "a.pth", other), "not weights of resnet18: .* is missing")
    refused(saved(tmp_path / "b.pth", published.state_dict()), "is missing", "resnet10t")


def test_weights_of_another_shape_are_refused(tmp_path, published):
    weights = published.state_dict() | {"conv1.weight": torch.zeros(64, 1, 7, 7)}
    refused(saved(tmp_path / "a.pth", weights), "not weights of resnet18: .*conv1.weight")


def test_a_missing_file_is_named(tmp_path):
    refused(tmp_path / "nowhere.pth", "no such weight file")
    refused(tmp_path, "no such weight file")  # a folder


@pytest.mark.parametrize("name", ["weights.pth", "weights.safetensors"])
@pytest.mark.parametrize("share", [0, 0.001, 0.6])
def test_a_truncated_file_is_refused(tmp_path, name, share):
    path = saved(tmp_path / name, {"a": torch.zeros(3000)})
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(PairdxError, match=f"{name}: (damaged weight file|refused)") as error:
        read_weights(path)
    assert len(str(error.value).splitlines()) == 1


class Code:
    """What a pickle with code looks like: unpickling calls a function."""

    def __init__(self, target):
        self.target = str(target)

    def __reduce__(self):
        return (open, (self.target, "w"))


@pytest.mark.parametrize("plain", [True, False])
def test_a_pickle_with_code_is_refused(tmp_path, plain):
    path, trace = tmp_path / "weights.pth", tmp_path / "ran"
    content = {"conv1.weight": Code(trace)}
    path.write_bytes(pickle.dumps(content)) if plain else torch.save(content, path)
    with pytest.raises(PairdxError, match=r"weights.pth: refused, not plain tensors") as error:
        read_weights(path)
    assert len(str(error.value).splitlines()) == 1
    assert not trace.exists()


@pytest.mark.parametrize("content", [[torch.zeros(2)], {"epoch": 3}, torch.zeros(2)])
def test_a_file_of_something_else_is_refused(tmp_path, content):
    torch.save(content, tmp_path / "weights.pth")
    with pytest.raises(PairdxError, match="a state dict of tensors is needed"):
        read_weights(tmp_path / "weights.pth")


def test_imagenet_weights_are_fetched_with_their_checksum(monkeypatch, published):
    asked = {}

    def fetch(url, **options):
        asked.update(options, url=url)
        return published.state_dict()

    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", fetch)
    encoder = ImageEncoder("resnet18")
    load_pretrained(encoder, "resnet18", "imagenet")
    assert torch.equal(encoder.backbone.conv1.weight, published.conv1.weight)
    assert asked["url"] == RESNET18_URL
    assert asked["check_hash"] is True
    assert asked["weights_only"] is True


@pytest.mark.parametrize(
    "error", [URLError("no route"), ConnectionResetError("reset"), RuntimeError("invalid hash")]
)
def test_imagenet_weights_that_cannot_be_fetched_are_an_error(monkeypatch, error):
    def fail(url, **options):
        raise error

    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", fail)
    with pytest.raises(PairdxError, match=r"image_weights = 'imagenet': .*name the file instead"):
        load_pretrained(ImageEncoder("resnet18"), "resnet18", "imagenet")


def test_imagenet_is_for_resnet18_only():
    with pytest.raises(PairdxError, match="'imagenet' is for resnet18; name a file"):
        load_pretrained(ImageEncoder("resnet10t"), "resnet10t", "imagenet")
