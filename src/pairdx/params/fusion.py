"""Section `fusion`: PairDxFusion."""

from typing import ClassVar

from pairdx.params.training import ClassifierParams


class FusionParams(ClassifierParams):
    """PairDx paper, section 3.5."""

    section: ClassVar[str] = "fusion"
