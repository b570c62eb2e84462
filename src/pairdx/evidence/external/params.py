"""Section `external`: folders of other people's pairs, on which every model is scored."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from pairdx.core.params import Section
from pairdx.evidence.scores.summary import EvaluateParams

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]  # of a folder
Path = Annotated[str, StringConstraints(min_length=1)]


class ExternalParams(Section):
    """Each folder has the form of `download.folder`; its name is that of its metrics."""

    section: ClassVar[str] = "external"
    folders: dict[Name, Path]
    bad_rows: Literal["stop", "drop"]  # unknown label, no image, ...
    max_side: int = Field(ge=32, le=4096)  # pixels; larger images are scaled down, as by scrub
    resamples: int = Field(ge=100, le=100_000)
    confidence: float = Field(gt=0.5, lt=1)
    calibration_bins: int = Field(ge=2, le=100)

    @property
    def evaluate(self) -> EvaluateParams:
        """What its metrics and intervals are made by."""
        return EvaluateParams(
            resamples=self.resamples,
            confidence=self.confidence,
            calibration_bins=self.calibration_bins,
        )
