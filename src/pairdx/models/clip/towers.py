"""The towers of CLIP models, and which of them can be tuned inside."""

from typing import TYPE_CHECKING

from torch import nn

from pairdx.core.errors import PairdxError

if TYPE_CHECKING:
    from open_clip import CLIP


def transformer_clip(model: nn.Module, name: str) -> "CLIP":
    """Return ``model`` if both its towers are open_clip's own transformers.

    Raises:
        PairdxError: it is another model, whose parts adapters and LoRA do not know.
    """
    from open_clip import CLIP
    from open_clip.transformer import VisionTransformer

    visual = getattr(model, "visual", None)
    if (
        isinstance(model, CLIP)
        and isinstance(visual, VisionTransformer)
        and visual.attn_pool is None
        and isinstance(model.text_projection, nn.Parameter)
    ):
        return model
    raise PairdxError(
        f"{name}: needs a CLIP of open_clip's own transformers, such as ViT-B-32-quickgelu; "
        f"this is {type(model).__name__} with {type(visual).__name__}"
    )


def towers(model: nn.Module) -> list[nn.Module]:
    """The transformers of images and of captions, of any model of open_clip."""
    parts = dict(model.named_children())
    return [parts[name] for name in ("visual", "text", "transformer") if name in parts]
