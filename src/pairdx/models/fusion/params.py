"""Sections `classifier` and `fusion`: encoders, head and optimiser (PairDx paper, section 3.5)."""

from typing import ClassVar, Literal

from pydantic import Field

from pairdx.core.params import Section
from pairdx.pairs.images import Deviation, Mean
from pairdx.pairs.params import TrainingParams

Text = Literal["attention", "mean"]
Fusion = Literal["concat", "gated", "bilinear", "cross_attention"]


class NetworkShape(Section):
    """What a network of the same shape is built from again: in params, and in a model's card."""

    image_encoder: str = Field(min_length=1)
    image_size: int = Field(ge=32, le=1024)  # pixels a side
    text: Text  # self-attention over the words before their mean, or the mean alone
    text_width: int = Field(ge=1, le=2**16)
    hidden: int = Field(ge=1, le=2**16)
    dropout: float = Field(ge=0, lt=1)
    average_mirror: bool  # predict on the image and its mirror image, and take the mean


class ClassifierSettings(NetworkShape):
    """The settings in the card of a trained classifier."""

    image: bool
    caption: bool
    fusion: Fusion
    mean: Mean | None = None  # of a model that reads images
    std: Deviation | None = None


class ClassifierParams(NetworkShape, TrainingParams):
    """What PairDxFusion and its baselines, which leave one encoder out, have in common."""

    section: ClassVar[str] = "classifier"
    image_weights: str | None  # null: from scratch; `imagenet`; or a file
    freeze_image: bool
    freeze_vectors: bool
    epochs: int = Field(ge=1)
    lr: float = Field(gt=0, le=10)  # the peak of the one cycle
    weight_decay: float = Field(ge=0)
    warmup: float = Field(gt=0, lt=1)  # share of the steps in which the rate rises
    label_smoothing: float = Field(ge=0, lt=1)
    class_weights: Literal["none", "balanced"]  # balanced: rare classes count as much as large

    @property
    def joined_by(self) -> Fusion:
        """How two encoders are joined; a section for one alone does not say."""
        return "concat"


class FusionParams(ClassifierParams):
    """PairDxFusion: what section `classifier` says, but for what stands here."""

    section: ClassVar[str] = "fusion"
    inherits: ClassVar[str] = "classifier"
    joint: Fusion

    @property
    def joined_by(self) -> Fusion:
        """See :class:`ClassifierParams`."""
        return self.joint
