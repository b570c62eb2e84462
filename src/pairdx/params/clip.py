"""Sections `clip_zero_shot`, `biomedclip_zero_shot` and `pairdx_clip`."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, Strict, field_validator, model_validator

from pairdx.params.base import Section
from pairdx.params.training import Augmentation, Precision
from pairdx.schema import LABELS


class ZeroShotParams(Section):
    """A CLIP model and the sentences that stand for the six classes."""

    model: str = Field(min_length=1)  # open_clip name, hf-hub:..., or local-dir:...
    pretrained: str | None  # an open_clip tag or a file; null where `model` brings its weights
    untrained: bool  # random weights on purpose: its score is chance
    templates: Annotated[tuple[str, ...], Strict(False), Field(min_length=1)]
    class_names: dict[str, str]

    @field_validator("templates")
    @classmethod
    def _template_has_a_place(cls, templates: tuple[str, ...]) -> tuple[str, ...]:
        for template in templates:
            if template.count("{}") != 1:
                raise ValueError(f"template {template!r} must hold {{}} once, for the class name")
        return templates

    @model_validator(mode="after")
    def _names_all_classes(self) -> Self:
        if set(self.class_names) != set(LABELS):
            raise ValueError(f"class_names must name exactly {', '.join(LABELS)}")
        return self


class ClipZeroShotParams(ZeroShotParams):
    """CLIP ViT-B/32 as published (PairDx paper, section 3.3)."""

    section: ClassVar[str] = "clip_zero_shot"


class BiomedClipZeroShotParams(ZeroShotParams):
    """BiomedCLIP as published."""

    section: ClassVar[str] = "biomedclip_zero_shot"


class PairDxClipParams(Section):
    """Full fine-tuning of the zero-shot CLIP (PairDx paper, section 3.4)."""

    section: ClassVar[str] = "pairdx_clip"
    objective: Literal["prompts", "captions"]
    epochs: int = Field(ge=1)
    batch_size: int = Field(ge=2)
    lr: float = Field(gt=0)
    weight_decay: float = Field(ge=0)
    clip_gradient: float = Field(gt=0)  # norm
    precision: Precision
    augment: Augmentation
