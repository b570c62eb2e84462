"""How training pairs are shown to a network: changed at random, at some precision.

All of it is said once in params.yaml, for every network that is trained: what is compared shall
differ by its model alone.
"""

from typing import Annotated, Literal

from pydantic import Field

from pairdx.core.params import Section

Threads = Annotated[int, Field(ge=0, le=1024)]  # of the CPU, in training; 0: one a core
Precision = Literal["float32", "bfloat16", "float16", "auto"]  # auto: see training.common.precision


class Augmentation(Section):
    """Random changes of a training image."""

    flip: float = Field(ge=0, le=1)  # probability of a horizontal flip
    rotation: float = Field(ge=0, le=180)  # degrees either way
    scale: float = Field(ge=0, lt=1)  # share by which the crop may be smaller than the image
    brightness: float = Field(ge=0, le=1)
    contrast: float = Field(ge=0, le=1)
    saturation: float = Field(ge=0, le=1)
    hue: float = Field(ge=0, le=0.5)
