import io

import numpy as np
import pytest
import torch
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image
from releases import encode, picture

from pairdx.core.errors import PairdxError
from pairdx.pairs.images import IMAGENET_MEAN, IMAGENET_STD, ImageInput

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


def test_a_network_that_normalises_can_be_exported_first_of_all():
    """What a trace makes of the deviations may not be kept for those who come after."""
    fit = ImageInput(4, mean=(0.11, 0.22, 0.33), std=(0.44, 0.55, 0.66))

    class Network(torch.nn.Module):
        def forward(self, images):
            return fit.normalise(images)

    pixels = torch.randint(0, 256, (2, 3, 4, 4), dtype=torch.uint8)
    exported = torch.export.export(Network(), (pixels,)).module()
    torch.testing.assert_close(exported(pixels), fit.normalise(pixels))
