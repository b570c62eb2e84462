"""Random changes of training images, a batch at once, on the device where it lies.

Shapes: ``N`` images, ``S`` pixels a side.
"""

import math
from typing import TYPE_CHECKING

from pairdx.pairs.images import constant
from pairdx.pairs.params import Augmentation

if TYPE_CHECKING:
    from torch import Tensor

GREY = (0.2989, 0.587, 0.114)  # shares of red, green and blue in the brightness (ITU-R BT.601)
DRAWS = 7  # of an image: mirror, angle, crop, brightness, contrast, saturation, hue


class Augment:
    """Random flips, rotation, crop and colour (paper, section 3.2), drawn anew for each image.

    The ranges are those of torchvision's ``RandomHorizontalFlip``, ``RandomAffine`` and
    ``ColorJitter``, which change one image at a time and clip colours after each change; here they
    are clipped once. Without ``params`` images stay as they are.
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
        # Whatever is changed, and in one copy: a GPU is waited for at each.
        drawn = torch.rand(len(images), DRAWS, pin_memory=torch.cuda.is_available())
        drawn = drawn.to(images.device, non_blocking=True)
        mirror, angle, crop, brightness, contrast, saturation, hue = drawn.unbind(1)
        with torch.autocast(images.device.type, enabled=False):  # bfloat16 has 8 bits, as colours
            pixels = _mirror(images, mirror < params.flip).float().div_(255)
            if params.rotation or params.scale:
                turn = _between(-params.rotation, params.rotation, angle) * (math.pi / 180)
                pixels = _turn_and_crop(pixels, turn, _between(1, 1 + params.scale, crop))
            if params.brightness or params.contrast or params.saturation:
                pixels = recolour(
                    pixels,
                    _about_one(params.brightness, brightness),
                    _about_one(params.contrast, contrast),
                    _about_one(params.saturation, saturation),
                )
            if params.hue:
                pixels = turn_hue(pixels, _between(-params.hue, params.hue, hue))
        return pixels


def _between(low: float, high: float, drawn: "Tensor") -> "Tensor":
    return low + (high - low) * drawn


def _about_one(strength: float, drawn: "Tensor") -> "Tensor":
    return _between(max(0.0, 1 - strength), 1 + strength, drawn)


def _mirror(images: "Tensor", mirrored: "Tensor") -> "Tensor":
    """Pick images as they are or mirrored; `where` takes ten times as long on bytes."""
    import torch

    rows = torch.arange(len(images), device=images.device)
    return torch.stack((images, images.flip(-1)))[mirrored.long(), rows]


def _turn_and_crop(pixels: "Tensor", turn: "Tensor", enlarged: "Tensor") -> "Tensor":
    """Rotate about the centre by radians ``(N,)``, black at the corners, and enlarge ``(N,)``."""
    import torch
    from torch.nn import functional

    cosine, sine, still = turn.cos() / enlarged, turn.sin() / enlarged, torch.zeros_like(turn)
    rows = torch.stack((cosine, sine, still, -sine, cosine, still), 1).view(-1, 2, 3)
    grid = functional.affine_grid(rows, list(pixels.shape), align_corners=False)
    return functional.grid_sample(pixels, grid, align_corners=False)


def recolour(
    pixels: "Tensor", brightness: "Tensor", contrast: "Tensor", saturation: "Tensor"
) -> "Tensor":
    """Change colours by factors ``(N,)``: away from black, from the mean grey, from the own grey.

    Each is an affine map of the colour, and they give the same in any order: the first is a factor
    of all, and the other two leave each other's grey alone. So they are one matrix an image.
    """
    import torch

    grey = constant(GREY, pixels.device)
    all_three = brightness * contrast
    mix = torch.diag_embed((all_three * saturation)[:, None].expand(-1, 3))
    mix += (all_three * (1 - saturation))[:, None, None] * grey  # (N, 3, 3)
    level = pixels.mean((2, 3)) @ grey  # (N,)
    shift = (brightness * (1 - contrast) * level)[:, None, None]
    return torch.bmm(mix, pixels.flatten(2)).add_(shift).clamp_(0, 1).view_as(pixels)


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
