"""Section `clip_zero_shot`: CLIP ViT-B/32 as published (PairDx paper, section 3.3)."""

from typing import ClassVar

from pairdx.params.zero_shot import ZeroShotParams


class ClipZeroShotParams(ZeroShotParams):
    """The model that PairDxCLIP starts from."""

    section: ClassVar[str] = "clip_zero_shot"
