"""Grad-CAM (Selvaraju et al. 2017): where in an image the evidence for a class lies.

The map is the mean gradient of the class's log-odds with respect to each channel of a layer, times
that channel, summed over the channels (captum's LayerGradCam). The paper takes the logit; but a
CLIP's logit is a similarity, which decides nothing without those of the other classes, and its maps
did worse when regions were removed and inserted.

For convolutions the layer is the last one that still has a map of some cells a side: on 64 pixels a
ResNet-18's very last has 2 x 2, too few to point at anything. For vision transformers it is the
input of the last block's attention, its tokens laid out as the map that they come from; behind that
block only the class token counts.

Maps are returned with their sign: what speaks against the class ranks behind what says nothing.
Grad-CAM as published shows the positive part alone.

Shapes: ``B`` images, ``S`` pixels a side, ``K`` classes, ``T`` tokens,
``D`` channels, ``h`` cells a side.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from math import isqrt
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from pairdx.core.errors import PairdxError
from pairdx.models.common.explainable import ImageModel, Tokens
from pairdx.models.common.predictor import device


def grad_cam(
    model: ImageModel, images: Tensor, tokens: Tokens, targets: Tensor, cells: int
) -> Tensor:
    """Map the evidence for class ``targets`` ``(B,)`` in uint8 images, ``(B, h, h)``.

    A model that averages over the mirror image gets the mean of both maps.

    Raises:
        PairdxError: no layer of the encoder has a map of ``cells`` a side.
    """
    from captum.attr import LayerGradCam

    images, targets = images.to(device()), targets.to(device())
    with _watched(model, images[:1], None if tokens is None else tokens[:1], cells) as layer:
        cam = LayerGradCam(lambda pixels: log_odds(model.once(pixels, tokens)), layer)
        maps = cam.attribute(images, targets)
        if model.mirrored:
            maps = (maps + cam.attribute(images.flip(-1), targets).flip(-1)) / 2
    return maps.detach().squeeze(1).cpu()  # (B, h, h)


def log_odds(logits: Tensor) -> Tensor:
    """Each class against all others, ``(B, K)``: log(p / (1 - p)), also where p rounds to 1."""
    own = torch.eye(logits.shape[1], dtype=torch.bool, device=logits.device)
    others = logits[:, None].expand(-1, len(own), -1).masked_fill(own, -torch.inf)  # (B, K, K)
    return logits - others.logsumexp(2)


def region_values(maps: Tensor, side: int, size: int) -> Tensor:
    """Average maps ``(B, h, h)``, enlarged to ``size`` pixels, over ``side`` x ``side`` regions.

    Returns:
        ``(B, side * side)``, row by row.
    """
    large = functional.interpolate(
        maps[:, None].double(), size=(size, size), mode="bilinear", align_corners=False
    )
    return functional.adaptive_avg_pool2d(large, side).flatten(1)


class PatchGrid(nn.Module):
    """Passes a transformer's tokens ``(B, T, D)`` on, and shows the patches as a map on the way."""

    def __init__(self, prefix: int) -> None:
        super().__init__()
        self.prefix = prefix  # tokens before the patches: the class token, registers
        self.patches = nn.Identity()

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the same tokens; ``patches`` sees ``(B, D, h, h)``."""
        side = isqrt(tokens.shape[1] - self.prefix)
        grid = tokens[:, self.prefix :].transpose(1, 2).unflatten(2, (side, side))
        grid = self.patches(grid)
        return torch.cat([tokens[:, : self.prefix], grid.flatten(2).transpose(1, 2)], 1)


@contextmanager
def _watched(model: ImageModel, image: Tensor, tokens: Tokens, cells: int) -> Iterator[nn.Module]:
    """Yield the module whose output is the map to look at."""
    norm, prefix = _before_last_attention(model.encoder)
    if norm is None:
        yield _last_map(model, image, tokens, cells)
        return
    grid = PatchGrid(prefix)
    handle = norm.register_forward_hook(lambda *passed: grid(passed[-1]))  # its output
    try:
        yield grid.patches
    finally:
        handle.remove()


def _before_last_attention(encoder: nn.Module) -> tuple[nn.Module | None, int]:
    """Find a transformer's last normalisation before attention, and its tokens before patches."""
    from open_clip.transformer import VisionTransformer as ClipVisionTransformer
    from timm.models.vision_transformer import VisionTransformer as TimmVisionTransformer

    for module in encoder.modules():
        if isinstance(module, ClipVisionTransformer):
            return cast(nn.Module, module.transformer.resblocks[-1].ln_1), 1
        if isinstance(module, TimmVisionTransformer):
            return cast(nn.Module, module.blocks[-1].norm1), module.num_prefix_tokens
    return None, 0


def _last_map(model: ImageModel, image: Tensor, tokens: Tokens, cells: int) -> nn.Module:
    """Find the last module to end with a square map of at least ``cells`` a side."""
    seen: list[tuple[nn.Module, int]] = []

    def note(module: nn.Module, inputs: object, output: object) -> None:
        del inputs
        if isinstance(output, Tensor) and output.ndim == 4 and output.shape[2] == output.shape[3]:
            seen.append((module, output.shape[2]))

    handles = [module.register_forward_hook(note) for module in model.encoder.modules()]
    try:
        with torch.no_grad():
            model.once(image, tokens)
    finally:
        for handle in handles:
            handle.remove()
    for module, side in reversed(seen):
        if side >= cells:
            return module
    finest = max((side for _, side in seen), default=0)
    raise PairdxError(
        f"explain.map_cells = {cells}; the finest map of {type(model.encoder).__name__} has "
        f"{finest} cells a side: choose at most that many"
    )
