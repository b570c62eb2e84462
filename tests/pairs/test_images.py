import io

import numpy as np
import pytest
import torch
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image
from releases import encode, picture
from small import STILL

from pairdx.core.errors import PairdxError
from pairdx.pairs.images import IMAGENET_MEAN, IMAGENET_STD, Augment, ImageInput
from pairdx.pairs.params import Augmentation

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)


def halves(width, height):
    """An image that is red on the left (or above) and blue on the other side."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 2] = 255
    first = pixels[:, : width // 2] if width > height else pixels[: height // 2]
    first[...] = (255, 0, 0)
    return encode(Image.fromarray(pixels))


@pytest.mark.parametrize("resize", ["squash", "shortest", "longest"])
@pytest.mark.parametrize("size", [(80, 40), (40, 80), (32, 32), (3, 200), (7, 5)])
def test_every_image_becomes_a_square(resize, size):
    image = ImageInput(32, resize=resize).decode(encode(picture(0, size)))
    assert image.shape == (3, 32, 32)
    assert image.dtype == torch.uint8


def test_squash_keeps_all_of_the_image():
    image = ImageInput(32, resize="squash").decode(halves(128, 64))
    assert image[:, :, :14].float().mean((1, 2)).tolist() == [255, 0, 0]
    assert image[:, :, 18:].float().mean((1, 2)).tolist() == [0, 0, 255]


def test_longest_pads_with_black():
    image = ImageInput(32, resize="longest").decode(encode(Image.new("RGB", (128, 64), "white")))
    assert image[:, 8:24].unique().tolist() == [255]
    assert image[:, :8].unique().tolist() == [0]
    assert image[:, 24:].unique().tolist() == [0]


@pytest.mark.parametrize("resize", ["squash", "shortest", "longest"])
@pytest.mark.parametrize("size", [(83, 47), (47, 83), (64, 64), (40, 21)])
def test_pixels_equal_those_of_open_clip(resize, size):
    data = encode(picture(3, size))
    cfg = PreprocessCfg(size=32, mean=CLIP_MEAN, std=CLIP_STD, resize_mode=resize)
    with Image.open(io.BytesIO(data)) as image:
        theirs = image_transform_v2(cfg, is_train=False)(image)
    ours = ImageInput(32, CLIP_MEAN, CLIP_STD, resize)
    difference = ours.normalise(ours.decode(data)) - theirs
    assert (difference * torch.tensor(CLIP_STD)[:, None, None]).abs().max() <= 1.01 / 255


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK", "1", "LA"])
def test_every_mode_becomes_rgb(mode):
    form = "TIFF" if mode == "CMYK" else "PNG"
    image = ImageInput(32).decode(encode(picture(1).convert(mode), form))
    assert image.shape == (3, 32, 32)


def test_normalised_values_by_hand():
    values = ImageInput(2).normalise(torch.tensor([0, 255]).to(torch.uint8).expand(1, 3, 2, 2))
    assert values.dtype == torch.float32
    for channel, (mean, std) in enumerate(zip(IMAGENET_MEAN, IMAGENET_STD, strict=True)):
        black, white = values[0, channel, 0].tolist()
        assert black == pytest.approx(-mean / std)
        assert white == pytest.approx((1 - mean) / std)


def test_the_order_of_images_is_kept():
    images = [encode(Image.new("RGB", (9, 9), (number, 0, 0))) for number in range(40)]
    stack = ImageInput(4).decode_all(images)
    assert stack[:, 0, 0, 0].tolist() == list(range(40))
    assert ImageInput(4).decode_all([]).shape == (0, 3, 4, 4)


PNG, JPEG = encode(picture(0)), encode(picture(0), "JPEG")


@pytest.mark.parametrize(
    "data", [b"", b"no image", PNG[: len(PNG) // 2], JPEG[: len(JPEG) // 2], PNG[:20], b"GIF89a"]
)
def test_broken_bytes_are_an_error(data):
    with pytest.raises(PairdxError, match=rf"an image of {len(data)} bytes does not decode"):
        ImageInput(32).decode(data)
    with pytest.raises(PairdxError, match="does not decode"):
        ImageInput(32).decode_all([PNG, data])


def test_too_many_pixels_are_an_error(monkeypatch):
    monkeypatch.setattr("pairdx.pairs.images.MAX_MEGAPIXELS", 0.001)
    with pytest.raises(PairdxError, match=r"does not decode.*more than 0\.001 megapixels"):
        ImageInput(32).decode(PNG)


def augment(**params):
    return Augment(Augmentation.model_validate(STILL | params))


STRONG = {"flip": 0.5, "rotation": 15.0, "scale": 0.2, "brightness": 0.3, "contrast": 0.3}


def test_augmentation_follows_the_seed_and_differs_between_images():
    image = ImageInput(32).decode(encode(picture(5, (32, 32))))
    images = torch.stack([image] * 4)
    runs = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        runs.append(augment(**STRONG)(images))
    assert torch.equal(runs[0], runs[1])
    assert not torch.equal(runs[0], runs[2])
    assert runs[0].dtype == torch.uint8
    assert runs[0].shape == images.shape
    for other in runs[0][1:]:
        assert not torch.equal(runs[0][0], other)


def test_augmentation_of_nothing_changes_nothing():
    images = ImageInput(32).decode_all([encode(picture(number)) for number in range(3)])
    change = (augment()(images).int() - images.int()).abs().max()
    assert change <= 1


def test_without_augmentation_images_are_what_they_are_and_nothing_is_drawn():
    images, before = torch.randint(0, 256, (2, 3, 8, 8)).byte(), torch.get_rng_state()
    assert torch.equal(Augment(None)(images), images)
    assert torch.equal(torch.get_rng_state(), before)


def test_a_certain_flip_is_a_mirror_image():
    images = ImageInput(32).decode_all([encode(picture(0))])
    assert torch.equal(augment(flip=1.0)(images), images.flip(-1))


def test_a_crop_only_enlarges():
    """Without rotation nothing from outside the image may come in."""
    torch.manual_seed(0)
    white = torch.full((20, 3, 32, 32), 255, dtype=torch.uint8)
    assert augment(scale=0.5, flip=0.5)(white).min() >= 254
