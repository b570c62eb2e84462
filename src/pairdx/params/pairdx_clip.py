"""Section `pairdx_clip`: full fine-tuning of the zero-shot CLIP (PairDx paper, section 3.4)."""

from typing import ClassVar

from pairdx.params.training import ClipTrainingParams


class PairDxClipParams(ClipTrainingParams):
    """`prompts`: cross-entropy over the class prompts; `captions`: contrast with the captions."""

    section: ClassVar[str] = "pairdx_clip"
