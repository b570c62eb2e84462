"""Images from encoded bytes to normalised tensors.

Shapes: ``N`` images, ``S`` pixels a side.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import PositiveFloat, Strict

from pairdx.core.decode import MAX_MEGAPIXELS, UndecodableError, decode
from pairdx.core.errors import PairdxError

if TYPE_CHECKING:
    import torch
    from torch import Tensor

AT_ONCE = 256  # images handed to the threads that decode
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


Resize = Literal["squash", "shortest", "longest"]
# Of red, green and blue, as files say them.
Mean = Annotated[tuple[float, float, float], Strict(False)]
Deviation = Annotated[tuple[PositiveFloat, PositiveFloat, PositiveFloat], Strict(False)]


@dataclass(frozen=True)
class ImageInput:
    """What a model expects of an image.

    ``resize`` is how a rectangle becomes a square: ``squash`` keeps all of it and bends it,
    ``shortest`` keeps its shape and cuts the ends off (as CLIP does), ``longest`` keeps its shape
    and pads with black.
    """

    size: int
    mean: tuple[float, ...] = IMAGENET_MEAN
    std: tuple[float, ...] = IMAGENET_STD
    resize: Resize = "squash"

    def decode(self, data: bytes) -> "Tensor":
        """Decode one image, uint8 of shape ``(3, S, S)``.

        Raises:
            PairdxError: the bytes are no image that can be read.
        """
        import torch

        return torch.from_numpy(self.pixels(data))

    def decode_all(self, images: Sequence[bytes]) -> "Tensor":
        """Decode all images, uint8 of shape ``(N, 3, S, S)``."""
        import torch

        return torch.from_numpy(self.pixels_of_all(images))

    def pixels_of_all(self, images: Sequence[bytes]) -> NDArray[np.uint8]:
        """Decode all images without torch, ``(N, 3, S, S)``."""
        stack = np.empty((len(images), 3, self.size, self.size), np.uint8)
        for row, pixels in enumerate(self.decode_each(images)):
            stack[row] = pixels
        return stack

    def decode_each(self, images: Sequence[bytes]) -> Iterator[NDArray[np.uint8]]:
        """Decode one image after another, ``(3, S, S)``, some at once: Pillow frees the GIL.

        Raises:
            PairdxError: the bytes of one are no image that can be read.
        """
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for start in range(0, len(images), AT_ONCE):  # never all encoded images in memory
                yield from pool.map(self.pixels, images[start : start + AT_ONCE])

    def pixels(self, data: bytes) -> NDArray[np.uint8]:
        """Decode one image without torch, ``(3, S, S)``.

        Raises:
            PairdxError: the bytes are no image that can be read.
        """
        try:
            image = self._fit(decode(data, MAX_MEGAPIXELS))
        except UndecodableError as error:
            raise PairdxError(f"an image of {len(data)} bytes does not decode: {error}") from error
        return np.array(image).transpose(2, 0, 1)

    def normalise(self, images: "Tensor") -> "Tensor":
        """Bring uint8, or floats from 0 to 1, to mean and deviation of the encoder's training."""
        import torch
        from torchvision.transforms.v2 import functional as transform

        mean, std = (constant(values, images.device) for values in (self.mean, self.std))
        pixels = transform.to_dtype(images, torch.float32, scale=True)
        return pixels.sub(mean[:, None, None]).div_(std[:, None, None])

    def _fit(self, image: Image.Image) -> Image.Image:
        side, bicubic = self.size, Image.Resampling.BICUBIC
        if self.resize == "squash":
            return image.resize((side, side), bicubic)
        if self.resize == "shortest":
            shorter = min(image.size)
            width, height = (int(side * length / shorter) for length in image.size)
            left, top = round((width - side) / 2), round((height - side) / 2)
            box = (left, top, left + side, top + side)
            return image.resize((width, height), bicubic).crop(box)
        scale = side / max(image.size)
        width, height = (max(1, round(length * scale)) for length in image.size)
        square = Image.new("RGB", (side, side))
        corner = ((side - width) // 2, (side - height) // 2)
        square.paste(image.resize((width, height), bicubic), corner)
        return square


def constant(values: tuple[float, ...], device: "torch.device") -> "Tensor":
    """Return numbers on a device, copied there once: a GPU's queue is waited for at each copy."""
    import torch

    if torch.compiler.is_compiling():  # or exporting: what is traced may not be kept
        return torch.tensor(values, device=device)
    return _constant(values, device)


@lru_cache
def _constant(values: tuple[float, ...], device: "torch.device") -> "Tensor":
    import torch

    with torch.inference_mode(False):  # or it could not be used where gradients are taken
        return torch.tensor(values, device=device)


def seen_part(size: tuple[int, int], resize: Resize) -> tuple[int, int, int, int]:
    """The part of an image of ``size`` that a model's square shows (left, top, right, bottom).

    Where the square was padded, it reaches beyond the image.
    """
    width, height = size
    if resize == "squash":
        return 0, 0, width, height
    side = min(size) if resize == "shortest" else max(size)
    left, top = (width - side) // 2, (height - side) // 2
    return left, top, left + side, top + side
