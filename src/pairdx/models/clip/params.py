"""What the zero-shot sections have in common: a model and its prompts."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, Strict, field_validator, model_validator

from pairdx.core.params import Section
from pairdx.core.schema import LABELS


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
            if template.count("{}") != 1 or set("{}") & set(template.replace("{}", "")):
                raise ValueError(
                    f"template {template!r} must hold {{}} once, for the class name, and no other "
                    "brace"
                )
        return templates

    @model_validator(mode="after")
    def _names_all_classes(self) -> Self:
        if set(self.class_names) != set(LABELS):
            raise ValueError(f"class_names must name exactly {', '.join(LABELS)}")
        return self


class ClipZeroShotParams(ZeroShotParams):
    """The model that PairDxCLIP starts from."""

    section: ClassVar[str] = "clip_zero_shot"


class BiomedClipZeroShotParams(ZeroShotParams):
    """A CLIP trained on figures of biomedical articles."""

    section: ClassVar[str] = "biomedclip_zero_shot"
