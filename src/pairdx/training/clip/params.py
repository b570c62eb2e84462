"""Sections `pairdx_clip` (PairDx paper, 3.4) and `pretrain_clip`: both towers are trained."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from pairdx.core.params import Section
from pairdx.pairs.params import Augmentation, Precision, Threads

PRETRAINED = "local-dir:bases/small_clip"  # what the stage pretrain_clip makes, as models name it


class ClipTrainingParams(Section):
    """Training of both encoders of a CLIP."""

    shared: ClassVar[tuple[str, ...]] = ("augment", "precision", "threads")
    objective: Literal["prompts", "captions"]  # cross-entropy of the classes, or contrast
    epochs: int = Field(ge=1)
    batch_size: int = Field(ge=2)
    lr: float = Field(gt=0)
    weight_decay: float = Field(ge=0)
    clip_gradient: float = Field(gt=0)  # norm
    precision: Precision
    threads: Threads
    augment: Augmentation


class PairDxClipParams(ClipTrainingParams):
    """The paper tunes all weights; the other ways are here to be compared with it."""

    section: ClassVar[str] = "pairdx_clip"
    tune: Literal["full", "lora", "probe"]  # probe: a vector a class, on frozen embeddings
    lora_rank: int = Field(ge=1)

    @model_validator(mode="after")
    def _a_probe_learns_classes(self) -> Self:
        if self.tune == "probe" and self.objective == "captions":
            raise ValueError("tune: probe learns classes; set objective: prompts")
        return self


class PretrainClipParams(ClipTrainingParams):
    """Trained from random weights on curated pairs outside PairDx."""

    section: ClassVar[str] = "pretrain_clip"
    model: str = Field(min_length=1)  # local-dir:... or an open_clip name; weights are not read
    epochs: int = Field(ge=0)  # 0: left as it is, where models start from a published one
