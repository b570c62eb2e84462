"""Section `weights`: where pretrained weights lie.

No stage declares it: the weights themselves decide a result, and these are known by checksum.
"""

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from pairdx.params.base import Section


class WeightsParams(Section):
    """A folder a weight, filled by `pairdx weights fetch`, by the stages, or by hand."""

    section: ClassVar[str] = "weights"
    dir: str = Field(min_length=1)

    @property
    def folder(self) -> Path:
        """The place as a path."""
        return Path(self.dir).expanduser()
