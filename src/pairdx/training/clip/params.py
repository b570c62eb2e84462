"""Sections `pairdx_clip` (PairDx paper, 3.4) and `pretrain_clip`: both towers are trained."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from pairdx.pairs.params import TrainingParams

PRETRAINED = "local-dir:bases/small_clip"  # what the stage pretrain_clip makes, as models name it


class ClipTrainingParams(TrainingParams):
    """Training of both encoders of a CLIP."""

    objective: Literal["prompts", "captions"]  # cross-entropy of the classes, or contrast
    epochs: int = Field(ge=1)
    lr: float = Field(gt=0, le=10)
    weight_decay: float = Field(ge=0)
    clip_gradient: float = Field(gt=0)  # norm


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
