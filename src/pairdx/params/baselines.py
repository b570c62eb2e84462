"""Section `baselines`: image-only and caption-only."""

from typing import ClassVar

from pairdx.params.training import ClassifierParams


class BaselinesParams(ClassifierParams):
    """The encoders of PairDxFusion, each alone."""

    section: ClassVar[str] = "baselines"
