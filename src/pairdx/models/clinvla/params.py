"""Section `clinvla`: adapters in both towers of a frozen CLIP (ClinVLA paper, section 3)."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from pairdx.core.params import Section
from pairdx.pairs.params import TrainingParams

Job = Literal["alignment", "classification"]


class AdapterShape(Section):
    """What adapters are built from again: in params, and in a model's card."""

    # Width inside a language or task adapter; 0: there are none.
    bottleneck: int = Field(ge=0, le=4096)
    reduction: int = Field(ge=0, le=4096)  # of the invertible adapters; 0: there are none
    patch_dropout: float = Field(ge=0, lt=1)  # in training


class ClinVlaSettings(AdapterShape):
    """The settings in the card of trained adapters."""

    base: str = Field(pattern=r"^[^\x00]+$")  # a model folder, relative to that of the adapters
    base_sha256: str
    classify: Job
    trained_parameters: int = Field(ge=0)


class ClinVlaParams(AdapterShape, TrainingParams):
    """First both towers' adapters are aligned on captions, then a set of them classifies."""

    section: ClassVar[str] = "clinvla"
    base: str = Field(min_length=1)  # a model folder: an open_clip ViT
    objective: Literal["contrastive", "literal"]  # literal: the paper's equations, which collapse
    views: Literal[
        "none", "figure", "case"
    ]  # case: of the figure, and where it has none of the case
    global_weight: float = Field(ge=0)
    local_weight: float = Field(ge=0)
    epochs: int = Field(ge=1)
    lr_language: float = Field(gt=0, le=10)
    lr_task: float = Field(gt=0, le=10)
    weight_decay: float = Field(ge=0)
    clip_gradient: float = Field(gt=0)  # norm
    classify: Literal["prompts", "task_adapter"]  # prompts: zero-shot; else a second stage
    classify_epochs: int = Field(ge=1)

    @model_validator(mode="after")
    def _there_is_something_to_train(self) -> Self:
        if self.global_weight == self.local_weight == 0:
            raise ValueError("global_weight and local_weight are both 0; one must be positive")
        if self.classify == "task_adapter" and self.bottleneck == 0:
            raise ValueError("classify: task_adapter needs a bottleneck above 0; or set prompts")
        return self
