"""Section `fusion`: PairDxFusion."""

from typing import ClassVar

from pairdx.params.training import ClassifierParams, Fusion


class FusionParams(ClassifierParams):
    """PairDx paper, section 3.5."""

    section: ClassVar[str] = "fusion"
    fusion: Fusion

    @property
    def joined_by(self) -> Fusion:
        """See :class:`ClassifierParams`."""
        return self.fusion
