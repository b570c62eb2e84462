import pytest
import timm
import torch
from safetensors.torch import save_file
from torchvision.models import resnet18

from pairdx.core.errors import PairdxError
from pairdx.models.fusion.image_encoders import ImageEncoder, load_pretrained
from pairdx.pairs.images import IMAGENET_MEAN, IMAGENET_STD, ImageInput

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
    load_pretrained(encoder, "resnet18", path)
    with torch.no_grad():
        features = encoder(IMAGES)
        assert features.shape == (2, encoder.width) == (2, 512)
        torch.testing.assert_close(published.fc(features), published(IMAGES))


def test_a_model_of_timm(tmp_path):
    torch.manual_seed(3)
    whole = timm.create_model("resnet10t", num_classes=10).eval()
    path = saved(tmp_path / "weights.safetensors", whole.state_dict())
    encoder = ImageEncoder("resnet10t").eval()
    load_pretrained(encoder, "resnet10t", path)
    with torch.no_grad():
        features = encoder(IMAGES)
        assert features.shape == (2, encoder.width)
        torch.testing.assert_close(whole.get_classifier()(features), whole(IMAGES))


@pytest.mark.parametrize(
    ("name", "mean", "std"),
    [
        ("resnet18", IMAGENET_MEAN, IMAGENET_STD),  # torchvision's weights
        ("resnet10t", IMAGENET_MEAN, IMAGENET_STD),
        ("tf_efficientnet_lite0", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
        ("test_vit", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    ],
)
def test_images_are_normalised_as_for_the_published_weights(name, mean, std):
    assert ImageEncoder(name).input(64) == ImageInput(64, mean, std)


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
        load_pretrained(ImageEncoder(name), name, path)
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


def test_channels_last_reaches_the_last_stage_and_changes_no_value():
    torch.manual_seed(1)
    plain, laid_out = ImageEncoder("resnet18"), ImageEncoder("resnet18")
    laid_out.load_state_dict(plain.state_dict())
    laid_out.use_channels_last()
    maps = {}
    for name in ("layer1", "layer3", "layer4"):
        stage = laid_out.backbone.get_submodule(name)
        stage.register_forward_hook(lambda _, i, out, name=name: maps.update({name: out}))
    images = torch.rand(4, 3, 96, 96)
    one, other = (encoder(images).square().mean() for encoder in (plain, laid_out))
    torch.testing.assert_close(other, one)
    last = {
        name: out.is_contiguous(memory_format=torch.channels_last) for name, out in maps.items()
    }
    assert last == {"layer1": True, "layer3": True, "layer4": False}
    for loss in (one, other):
        loss.backward()
    for here, there in zip(laid_out.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(here.grad, there.grad, rtol=1e-3, atol=1e-5)


def test_an_encoder_without_stages_keeps_its_layout():
    encoder = ImageEncoder("test_vit")
    encoder.use_channels_last()
    assert all(weight.is_contiguous() for weight in encoder.parameters())
