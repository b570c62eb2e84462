"""Section `zero_shot`: published CLIP models, and the sentences that stand for the six classes."""

from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field, Strict, field_validator

from pairdx.core.errors import PairdxError
from pairdx.core.params import Section
from pairdx.core.schema import LABELS

ClassNames = dict[str, str]
Prompts = dict[str, list[str]]  # sentences by label


class ClipSettings(Section):
    """The settings in the card of a CLIP model."""

    prompts: Prompts
    quick_gelu: bool | None = None
    probe: bool = False

    @field_validator("prompts")
    @classmethod
    def _has_as_many_for_each_class(cls, prompts: Prompts) -> Prompts:
        counts = {len(sentences) for sentences in prompts.values()}
        if set(prompts) != set(LABELS) or len(counts) > 1 or 0 in counts:
            raise ValueError(f"as many sentences are needed for each of {', '.join(LABELS)}")
        return prompts


class ZeroShotModel(Section):
    """A CLIP model that open_clip can open, and how its sentences are built."""

    model: str = Field(min_length=1)  # open_clip name, hf-hub:..., or local-dir:...
    pretrained: str | None  # an open_clip tag or a file; null where `model` brings its weights
    untrained: bool  # random weights on purpose: its score is chance
    templates: Annotated[tuple[str, ...], Strict(False), Field(min_length=1)]

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

    def prompts(self, class_names: ClassNames) -> Prompts:
        """The sentences of each class."""
        return {
            label: [template.format(class_names[label]) for template in self.templates]
            for label in LABELS
        }


class ZeroShotParams(Section):
    """A key a model, which is compared as ``<key>_zero_shot``."""

    model_config = ConfigDict(extra="allow")
    section: ClassVar[str] = "zero_shot"
    shared: ClassVar[tuple[str, ...]] = ("class_names",)
    each: ClassVar[type[Section]] = ZeroShotModel
    __pydantic_extra__: dict[str, ZeroShotModel]
    class_names: ClassNames

    @field_validator("class_names")
    @classmethod
    def _names_all_classes(cls, class_names: ClassNames) -> ClassNames:
        if set(class_names) != set(LABELS):
            raise ValueError(f"must name exactly {', '.join(LABELS)}")
        return class_names

    @property
    def models(self) -> dict[str, ZeroShotModel]:
        """The models by their keys."""
        return self.__pydantic_extra__

    def named(self, key: str) -> ZeroShotModel:
        """The model of one key.

        Raises:
            PairdxError: there is none.
        """
        if key not in self.models:
            raise PairdxError(f"zero_shot.{key} is missing; there are {', '.join(self.models)}")
        return self.models[key]

    def prompts(self, key: str) -> Prompts:
        """The sentences of each class, for the model of one key."""
        return self.named(key).prompts(self.class_names)
