"""What training a network costs: multiplications and memory, counted without computing anything.

A network built on torch's meta device has shapes and no numbers, so that counting takes no time.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, cast

import open_clip
import timm
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from pairdx.models.fusion.image_encoders import ImageEncoder
from pairdx.models.weights.registry import find, of_clip

FLOAT = 4  # bytes
TRAINING = 3  # a training step costs a forward pass and about two more to go back


@dataclass(frozen=True)
class Cost:
    """Of one image of ``side`` pixels, forward; ``parameters`` are those of the whole model."""

    side: int
    parameters: int
    flops: int
    activation_bytes: int


@cache
def image_encoder_cost(name: str, image_size: int) -> Cost:
    """Count PairDxFusion's image encoder; the rest of it is small beside it."""
    return _count(lambda: ImageEncoder(name), image_size)


@cache
def outline(model: str, pretrained: str | None) -> nn.Module | None:
    """Build a CLIP model without numbers; None where its architecture is not known."""
    name = "ViT-B-32-quickgelu" if of_clip(model, pretrained) == "clip-vit-b32" else model
    if name.startswith("hf-hub:"):
        return None
    try:
        with torch.device("meta"):
            return open_clip.create_model(name, load_weights=False, device="meta")
    except (RuntimeError, OSError, ValueError):
        return None  # what is wrong with it is told where the model itself is looked at


@cache
def clip_cost(model: str, pretrained: str | None) -> Cost | None:
    """Count a CLIP model's image tower; None where its architecture is not known before a fetch."""
    registered = of_clip(model, pretrained)
    if registered == "biomedclip":  # its text tower would need its extra
        cost = _count(lambda: timm.create_model("vit_base_patch16_224", num_classes=0), 224)
        return replace(cost, parameters=find(registered).size // FLOAT)
    clip = outline(model, pretrained)
    if clip is None:
        return None
    visual = cast(Any, clip.visual)
    side = visual.image_size if isinstance(visual.image_size, int) else visual.image_size[0]
    cost = _count(lambda: visual, side)
    return replace(cost, parameters=sum(weight.numel() for weight in clip.parameters()))


def _count(build: Callable[[], nn.Module], size: int) -> Cost:
    values = 0

    def note(_module: nn.Module, _inputs: object, output: object) -> None:
        nonlocal values
        first = output[0] if isinstance(output, tuple) else output
        values += first.numel() if isinstance(first, Tensor) else 0

    with torch.device("meta"):
        model, image = build().eval(), torch.empty(1, 3, size, size)
    for module in model.modules():
        if not any(module.children()):
            module.register_forward_hook(note)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(image)
    parameters = sum(weight.numel() for weight in model.parameters())
    return Cost(size, parameters, counter.get_total_flops(), values * FLOAT)
