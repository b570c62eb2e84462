"""Section `pairdx_clip`: full fine-tuning of the zero-shot CLIP (PairDx paper, section 3.4)."""

from typing import ClassVar, Literal

from pydantic import Field

from pairdx.params.base import Section
from pairdx.params.training import Augmentation, Precision


class PairDxClipParams(Section):
    """`prompts`: cross-entropy over the class prompts; `captions`: contrast with the captions."""

    section: ClassVar[str] = "pairdx_clip"
    objective: Literal["prompts", "captions"]
    epochs: int = Field(ge=1)
    batch_size: int = Field(ge=2)
    lr: float = Field(gt=0)
    weight_decay: float = Field(ge=0)
    clip_gradient: float = Field(gt=0)  # norm
    precision: Precision
    augment: Augmentation
