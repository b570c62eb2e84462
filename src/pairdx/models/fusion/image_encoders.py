"""Image encoders by name: torchvision's ResNet-18, or any image model of timm.

Shapes: ``B`` batch, ``S`` pixels a side.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Self, cast

import torch
from torch import Tensor, nn

from pairdx.core.errors import PairdxError
from pairdx.models.common.state_dicts import read_weights
from pairdx.pairs.images import ImageInput


class ImageEncoder(nn.Module):
    """A backbone without its classifier: ``(B, 3, S, S)`` -> ``(B, width)``."""

    def __init__(self, name: str, frozen: bool = False) -> None:
        super().__init__()
        self.backbone, self.width, self.part_width = _backbone(name)
        self.frozen = frozen
        self.backbone.requires_grad_(not frozen)

    def train(self, mode: bool = True) -> Self:
        """Switch to training; a frozen backbone keeps its batch statistics as well."""
        super().train(mode)
        if self.frozen:
            self.backbone.eval()
        return self

    def use_channels_last(self) -> None:
        """Let a ResNet keep the channels of a pixel side by side, but for its last stage: on CPUs.

        A training step then takes a tenth (64 pixels) to a quarter (224) less; the last stage,
        whose maps are 2 to 7 pixels wide, would take more (docs/peers.md). Other encoders stay as
        they are.
        """
        stages = dict(self.backbone.named_children())
        if "layer4" not in stages:
            return
        for name, stage in stages.items():
            if name != "layer4":
                stage.to(memory_format=torch.channels_last)
        self.backbone.register_forward_pre_hook(_channels_last)
        stages["layer4"].register_forward_pre_hook(_channels_first)

    def input(self, size: int) -> ImageInput:
        """How images of ``size`` pixels a side are normalised: as its published weights had them.

        timm's models differ in this: a third of them were not trained with ImageNet's own mean and
        deviation. How an image becomes a square is ours, for every encoder.
        """
        if not hasattr(self.backbone, "pretrained_cfg"):  # torchvision's
            return ImageInput(size)
        from timm.data import resolve_model_data_config

        published = resolve_model_data_config(self.backbone)
        return ImageInput(size, published["mean"], published["std"])

    def forward(self, images: Tensor) -> Tensor:
        """Encode normalised images."""
        return self.backbone(images)

    def parts(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Encode each region, ``(B, R, part_width)``: the last map, not pooled; all are there.

        A ResNet-18 has a region for every 32 x 32 pixels, 4 of a 64-pixel image.
        """
        regions = _regions(self.backbone, images)
        return regions, torch.ones(regions.shape[:2], dtype=torch.bool, device=regions.device)


def _channels_last(_: nn.Module, inputs: tuple[Tensor, ...]) -> Tensor:
    return inputs[0].contiguous(memory_format=torch.channels_last)


def _channels_first(_: nn.Module, inputs: tuple[Tensor, ...]) -> Tensor:
    return inputs[0].contiguous()


def _backbone(name: str) -> tuple[nn.Module, int, int]:
    """Return the network, its width, and that of its last map."""
    if name == "resnet18":
        from torchvision.models import resnet18

        # torchvision's, as in the paper; timm's weights of the same name are others.
        # Each block starts as the identity, which matters when training starts from scratch.
        backbone = resnet18(zero_init_residual=True)
        width = backbone.fc.in_features
        backbone.fc = nn.Identity()
        return backbone, width, width
    import timm

    if not timm.is_model(name):
        raise PairdxError(
            f"image_encoder = {name!r}; allowed are resnet18 and the models of timm.list_models()"
        )
    backbone = timm.create_model(name, pretrained=False, num_classes=0)
    regions = cast(int, backbone.num_features)
    # Some models widen what they pooled before their classifier (MobileNetV3).
    return backbone, cast(int, getattr(backbone, "head_hidden_size", regions)), regions


def _regions(backbone: nn.Module, images: Tensor) -> Tensor:
    if hasattr(backbone, "forward_features"):  # timm's
        features = cast(Callable[[Tensor], Tensor], backbone.forward_features)(images)
    else:
        features = images
        for name, layer in backbone.named_children():
            if name == "avgpool":
                break
            features = layer(features)
    if features.ndim == 3:  # a transformer's tokens
        return features
    if getattr(backbone, "output_fmt", "NCHW") == "NHWC":  # timm's hierarchical transformers
        return features.flatten(1, 2)
    return features.flatten(2).transpose(1, 2)


def load_pretrained(encoder: ImageEncoder, name: str, source: Path) -> None:
    """Load pretrained weights of the encoder ``name`` from a file.

    Raises:
        PairdxError: the weights are missing, damaged, or of another model.
    """
    weights = read_weights(source)
    wanted = encoder.backbone.state_dict()
    # The classifier on top (fc, head, classifier) is what we leave out: it may be there.
    missing = sorted(set(wanted) - set(weights))
    if missing:
        raise PairdxError(f"{source}: not weights of {name}: {missing[0]} is missing")
    try:
        encoder.backbone.load_state_dict({key: weights[key] for key in wanted})
    except RuntimeError as error:
        raise PairdxError(
            f"{source}: not weights of {name}: {str(error).splitlines()[-1].strip()}"
        ) from error
