"""Section `download`: where the raw pairs come from."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from pairdx.params.base import Section


class DownloadParams(Section):
    """`sample` draws a release, `multicare` reads one from disk, `folder` takes your own pairs."""

    section: ClassVar[str] = "download"
    source: Literal["sample", "multicare", "folder"]
    sample_images: int = Field(ge=600, le=200_000)
    path: str | None  # multicare: the folder with the release's 15 files
    folder: str  # folder: the folder with pairs.csv and the images
    bad_rows: Literal["stop", "drop"]  # folder: unreadable image, unknown label, ...

    @model_validator(mode="after")
    def _release_has_a_place(self) -> Self:
        if self.source == "multicare" and not self.path:
            raise ValueError("source 'multicare' needs download.path, the release's folder")
        return self
