"""Random changes of training images, a batch at once, on the device where it lies.

Shapes: ``N`` images, ``S`` pixels a side.
"""

import math
from typing import TYPE_CHECKING

from pairdx.pairs.params import Augmentation

if TYPE_CHECKING:
    from torch import Tensor

GREY = (0.2989, 0.587, 0.114)  # shares of red, green and blue in the brightness (ITU-R BT.601)


class Augment:
    """Random flips, rotation, crop and colour (paper, section 3.2), drawn anew for each image.

    The ranges are those of torchvision's ``RandomHorizontalFlip``, ``RandomAffine`` and
    ``ColorJitter``, which change one image at a time. Here brightness, contrast and saturation,
    in an order that a batch shares, are one matrix an image, and colours are clipped once.
    Without ``params`` images stay as they are.
    """

    def __init__(self, params: Augmentation | None) -> None:
        self._params = params

    def __call__(self, images: "Tensor") -> "Tensor":
        """Change uint8 images ``(N, 3, S, S)`` to float32 from 0 to 1; uint8 if there is no change.

        Draws from torch's global generator of the CPU, whatever the device.
        """
        import torch

        params = self._params
        if params is None:
            return images
        with torch.autocast(images.device.type, enabled=False):  # bfloat16 has 8 bits, as colours
            pixels = _mirror(images, params.flip).float().div_(255)
            if params.rotation or params.scale:
                pixels = _turn_and_crop(pixels, params.rotation, params.scale)
            if params.brightness or params.contrast or params.saturation:
                pixels = _recolour(pixels, params)
            if params.hue:
                pixels = turn_hue(pixels, _between(-params.hue, params.hue, pixels))
        return pixels


def _between(low: float, high: float, pixels: "Tensor") -> "Tensor":
    """Draw one number an image, ``(N,)``, on the device of ``pixels``."""
    import torch

    return torch.empty(len(pixels)).uniform_(low, high).to(pixels.device)


def _mirror(images: "Tensor", probability: float) -> "Tensor":
    mirrored = _between(0, 1, images) < probability
    return images.where(~mirrored[:, None, None, None], images.flip(-1))


def _turn_and_crop(pixels: "Tensor", degrees: float, share: float) -> "Tensor":
    """Rotate about the centre, black at the corners, and crop up to ``1 / (1 + share)``."""
    import torch
    from torch.nn import functional

    angle = _between(-degrees, degrees, pixels) * (math.pi / 180)
    crop = 1 / _between(1, 1 + share, pixels)
    cosine, sine, still = angle.cos() * crop, angle.sin() * crop, torch.zeros_like(crop)
    rows = [torch.stack(row, -1) for row in ((cosine, sine, still), (-sine, cosine, still))]
    grid = functional.affine_grid(torch.stack(rows, 1), list(pixels.shape), align_corners=False)
    return functional.grid_sample(pixels, grid, align_corners=False)


def _recolour(pixels: "Tensor", params: Augmentation) -> "Tensor":
    """Change brightness, contrast and saturation: colour ``c`` becomes ``mix @ c + shift``."""
    import torch

    grey = pixels.new_tensor(GREY)
    mean = pixels.mean((2, 3))  # (N, 3)
    mix = torch.eye(3, device=pixels.device).repeat(len(pixels), 1, 1)
    shift = pixels.new_zeros(len(pixels), 3)
    strengths = (params.brightness, params.contrast, params.saturation)
    for number in torch.randperm(len(strengths)).tolist():
        strength = strengths[number]
        factor = _between(max(0.0, 1 - strength), 1 + strength, pixels)[:, None]
        if number == 1:  # away from the mean grey of the image, as it is by now
            level = ((mix @ mean[:, :, None]).squeeze(-1) + shift) @ grey
            mix, shift = mix * factor[:, :, None], shift * factor + (1 - factor) * level[:, None]
            continue
        # Brightness is away from black, saturation from the pixel's own grey.
        own = torch.eye(3, device=pixels.device) * factor[:, :, None]
        if number == 2:
            own = own + (1 - factor)[:, :, None] * grey.expand(3, 3)
        mix, shift = own @ mix, (own @ shift[:, :, None]).squeeze(-1)
    changed = torch.baddbmm(shift[:, :, None], mix, pixels.flatten(2))
    return changed.clamp_(0, 1).view_as(pixels)


def turn_hue(pixels: "Tensor", turns: "Tensor") -> "Tensor":
    """Turn the hue of each image ``(N, 3, S, S)`` by a share of the colour circle, ``(N,)``."""
    import torch

    value, largest = pixels.max(1)
    chroma = value - pixels.amin(1)
    red, green, blue = pixels.unbind(1)
    sixths = torch.stack((green - blue, blue - red, red - green), 1)
    hue = sixths.gather(1, largest[:, None]).squeeze(1) / chroma.clamp(min=1e-8) + 2 * largest
    hue = hue + 6 * turns[:, None, None]  # in sixths of the circle
    steps = ((hue + place) % 6 for place in (5, 3, 1))
    return torch.stack([value - chroma * step.minimum(4 - step).clamp_(0, 1) for step in steps], 1)
