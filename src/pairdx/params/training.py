"""What fusion and its baselines have in common: encoders, augmentation, optimiser."""

from typing import Literal

from pydantic import Field

from pairdx.params.base import Section

Precision = Literal["float32", "bfloat16", "float16"]
Text = Literal["attention", "mean"]
Fusion = Literal["concat", "gated", "bilinear", "cross_attention"]


class Augmentation(Section):
    """Random changes of a training image."""

    flip: float = Field(ge=0, le=1)  # probability of a horizontal flip
    rotation: float = Field(ge=0, le=180)  # degrees either way
    scale: float = Field(ge=0, lt=1)  # share by which the crop may be smaller than the image
    brightness: float = Field(ge=0, le=1)
    contrast: float = Field(ge=0, le=1)
    saturation: float = Field(ge=0, le=1)
    hue: float = Field(ge=0, le=0.5)


class ClassifierParams(Section):
    """Encoders, head and training of PairDxFusion; its baselines leave one encoder out."""

    image_encoder: str = Field(min_length=1)
    image_weights: str | None  # null: from scratch; `imagenet`; or a file
    image_size: int = Field(ge=32, le=1024)  # pixels a side
    freeze_image: bool
    text: Text  # self-attention over the words before their mean, or the mean alone
    text_width: int = Field(ge=1)
    freeze_vectors: bool
    hidden: int = Field(ge=1)
    dropout: float = Field(ge=0, lt=1)
    epochs: int = Field(ge=1)
    batch_size: int = Field(ge=2)
    lr: float = Field(gt=0)  # the peak of the one cycle
    weight_decay: float = Field(ge=0)
    warmup: float = Field(gt=0, lt=1)  # share of the steps in which the rate rises
    label_smoothing: float = Field(ge=0, lt=1)
    class_weights: Literal["none", "balanced"]  # balanced: rare classes count as much as large
    average_mirror: bool  # predict on the image and its mirror image, and take the mean
    precision: Precision
    augment: Augmentation

    @property
    def joined_by(self) -> Fusion:
        """How two encoders are joined; a section for one alone does not say."""
        return "concat"


class ClipTrainingParams(Section):
    """Training of both encoders of a CLIP."""

    objective: Literal["prompts", "captions"]  # cross-entropy of the classes, or contrast
    epochs: int = Field(ge=1)
    batch_size: int = Field(ge=2)
    lr: float = Field(gt=0)
    weight_decay: float = Field(ge=0)
    clip_gradient: float = Field(gt=0)  # norm
    precision: Precision
    augment: Augmentation
