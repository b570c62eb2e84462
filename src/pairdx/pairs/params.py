"""What all trainings share: how images are changed at random, which epoch is kept, the precision.

All of it is said once in params.yaml, for every network that is trained: what is compared shall
differ by its model alone.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, Strict

from pairdx.core.params import Section

Threads = Annotated[int, Field(ge=0, le=1024)]  # of the CPU, in training; 0: one a core
Precision = Literal["float32", "bfloat16", "float16", "auto"]  # auto: see training.common.precision
Keep = Literal["best", "last"]  # the epoch whose weights are the model's
Network = Literal["classifier", "pairdx_clip", "pretrain_clip", "clinvla"]  # fusion: classifier's


class Augmentation(Section):
    """Random changes of a training image, and the sections whose networks are shown them."""

    networks: Annotated[tuple[Network, ...], Strict(False)]
    flip: float = Field(ge=0, le=1)  # probability of a horizontal flip
    rotation: float = Field(ge=0, le=180)  # degrees either way
    scale: float = Field(ge=0, lt=1)  # a crop's side is 1 / (1 + scale) of the image's, or more
    brightness: float = Field(ge=0, le=1)
    contrast: float = Field(ge=0, le=1)
    saturation: float = Field(ge=0, le=1)
    hue: float = Field(ge=0, le=0.5)


class TrainingParams(Section):
    """What every section of a network's training says."""

    shared: ClassVar[tuple[str, ...]] = ("augment", "compile", "keep", "precision", "threads")
    batch_size: int = Field(ge=2)
    augment: Augmentation
    compile: bool  # by torch.compile: a C++ compiler is needed, and the first steps take minutes
    keep: Keep
    precision: Precision
    threads: Threads

    @property
    def augmentation(self) -> Augmentation | None:
        """How this network's training images are changed; None: it is shown them as they are."""
        named = (self.inherits or self.section) in self.augment.networks
        return self.augment if named else None
