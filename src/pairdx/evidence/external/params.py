"""Section `external`: folders of other people's pairs, on which every model is scored."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from pairdx.statistics.intervals.params import WithIntervals
from pairdx.statistics.predictions.summary import ScoreParams

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]  # of a folder
Path = Annotated[str, StringConstraints(min_length=1)]


class ExternalParams(WithIntervals):
    """Each folder has the form of `download.folder`; its name is that of its metrics."""

    section: ClassVar[str] = "external"
    shared: ClassVar[tuple[str, ...]] = ("intervals", "calibration_bins")
    folders: dict[Name, Path]
    bad_rows: Literal["stop", "drop"]  # unknown label, no image, ...
    screen: bool  # as the training pairs were
    calibration_bins: int = Field(ge=2, le=100)

    @property
    def scores(self) -> ScoreParams:
        """What its metrics and intervals are made by."""
        return ScoreParams(
            resamples=self.resamples,
            confidence=self.confidence,
            calibration_bins=self.calibration_bins,
        )
