"""Section `download`: where the raw pairs come from."""

from typing import ClassVar, Literal

from pydantic import Field, field_validator

from pairdx.core.params import Section

REFUSED = {
    10079370: "version 1 of MultiCaRe has no labels such as chart or electrography",
    10079369: "it stands for all versions and leads to the newest, so that results would drift",
}


class DownloadParams(Section):
    """`sample` draws a release, the two releases come from Zenodo, `folder` takes your own."""

    section: ClassVar[str] = "download"
    source: Literal["sample", "multicare", "pairdx_release", "folder"]
    sample_images: int = Field(ge=600, le=200_000)
    record: int = Field(ge=1)  # multicare: of MultiCaRe on Zenodo
    pairdx_record: int = Field(ge=1)  # pairdx_release: of PairDx on Zenodo
    api: str  # Zenodo's, or a mirror's that speaks the same
    path: str  # a folder with the release's files; empty: download them
    cache: str = Field(min_length=1)  # where downloads are kept
    workers: int = Field(ge=1, le=16)  # files at once
    retries: int = Field(ge=0, le=100)  # in a row, without a byte between them
    timeout: float = Field(gt=0, le=3600)  # seconds without a byte
    folder: str  # folder: the folder with pairs.csv and the images
    bad_rows: Literal["stop", "drop"]  # folder, pairdx_release: unknown label, no image, ...

    @field_validator("record")
    @classmethod
    def _is_of_one_version(cls, record: int) -> int:
        if record in REFUSED:
            raise ValueError(
                f"{REFUSED[record]}; choose 14994046 (the paper's), 13936721 or 20416562"
            )
        return record

    @field_validator("path", mode="before")
    @classmethod
    def _is_a_folder(cls, path: object) -> object:
        if not path:  # dvc.yaml names it as a dependency, and DVC has no word for none
            raise ValueError("a folder is needed; an empty one (data/release) means: download")
        return path

    @field_validator("api")
    @classmethod
    def _is_an_address(cls, api: str) -> str:
        if not api.startswith(("https://", "http://")):
            raise ValueError("an address such as https://zenodo.org/api is needed")
        return api.rstrip("/")
