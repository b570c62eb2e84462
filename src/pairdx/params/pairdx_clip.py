"""Section `pairdx_clip`: fine-tuning of the zero-shot CLIP (PairDx paper, section 3.4)."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from pairdx.params.training import ClipTrainingParams


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
