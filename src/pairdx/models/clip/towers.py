"""Which CLIP models can be tuned inside their towers."""

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
