"""Section `biomedclip_zero_shot`: BiomedCLIP as published."""

from typing import ClassVar

from pairdx.params.zero_shot import ZeroShotParams


class BiomedClipZeroShotParams(ZeroShotParams):
    """A CLIP trained on figures of biomedical articles."""

    section: ClassVar[str] = "biomedclip_zero_shot"
