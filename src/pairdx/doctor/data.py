"""Where the raw pairs come from: drawn, on this disk already, or still to be downloaded."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

from pairdx.core.errors import PairdxError
from pairdx.core.params import Section
from pairdx.core.schema import LABELS, SPLITS
from pairdx.curate.filter.params import FilterParams
from pairdx.doctor.findings import Finding, found_by, gigabytes
from pairdx.doctor.scale import Scale, pairs_column
from pairdx.download.local import local_release
from pairdx.download.params import DownloadParams
from pairdx.evidence.external.params import ExternalParams
from pairdx.sources.multicare import FILES

LICENSES = ("CC0", "CC BY", "CC BY-NC", "CC BY-NC-SA")  # all that the release's images have


@dataclass(frozen=True)
class Download:
    """What the download stage will ask a server for; ``size`` is an estimate in bytes."""

    record: int
    api: str
    cache: Path
    size: int


def examine_data(sections: dict[str, Section]) -> Iterator[Finding]:
    """Look at where the raw pairs come from, and at the licences that are asked for."""
    download = cast(DownloadParams, sections["download"])
    yield found_by("download.source", download.source, lambda: _source(download))
    for name, folder in cast(ExternalParams, sections["external"]).folders.items():
        yield found_by(f"external.folders.{name}", folder, partial(_pairs, folder))
    licenses = cast(FilterParams, sections["filter"]).licenses
    if licenses != "all":
        asked = ", ".join(licenses)
        yield found_by("filter.licenses", asked, lambda: _licenses(download, licenses))


def planned_download(download: DownloadParams, scale: Scale) -> Download | None:
    """Return what is still to be downloaded; None where nothing is."""
    if download.source in ("sample", "folder") or local_release(Path(download.path)) is not None:
        return None
    number = download.record if download.source == "multicare" else download.pairdx_record
    cache = Path(download.cache) / f"zenodo-{number}"
    there = sum(path.stat().st_size for path in cache.rglob("*") if path.is_file())
    return Download(number, download.api, cache, max(scale.raw_bytes - there, 0))


def describe(download: Download) -> Finding:
    """Say what will be downloaded, and from where."""
    size = gigabytes(download.size)
    found = f"about {size} to download from record {download.record} into {download.cache}"
    return Finding("raw data", f"about {size}", found, "fetch")


def _source(download: DownloadParams) -> str:
    for key in ("folder", "path"):  # DVC watches both, whatever the source
        if not Path(getattr(download, key)).is_dir():
            raise PairdxError(f"download.{key} = {getattr(download, key)!r}; no such folder")
    if download.source == "sample":
        return "drawn here"
    if download.source == "folder":
        return _own(Path(download.folder))
    release = local_release(Path(download.path))
    if release is None:
        return "to be downloaded"
    return _release(release) if download.source == "multicare" else f"in {release}"


def _pairs(folder: str) -> str:
    return f"{len(pairs_column(Path(folder), 'id'))} pairs"


def _own(folder: Path) -> str:
    """Count the pairs of a user's folder; a class that cannot be split would stop the run."""
    labels = pairs_column(folder, "label")
    for label in LABELS:
        if (count := labels.count(label)) < len(SPLITS):
            raise PairdxError(
                f"{folder}/pairs.csv: {count} pairs of {label}; every class needs {len(SPLITS)} or "
                "more, of different articles, for every split to have one"
            )
    return f"{len(labels)} pairs"


def _release(folder: Path) -> str:
    absent = [name for name in FILES if not (folder / name).is_file()]
    if absent:
        raise PairdxError(
            f"download.path = {str(folder)!r}: {len(absent)} of {len(FILES)} files are missing, "
            f"such as {absent[0]}; put them there, or empty the folder to have them downloaded"
        )
    return f"all {len(FILES)} files"


def _licenses(download: DownloadParams, asked: tuple[str, ...]) -> str:
    """Compare the licences that are asked for with those that the data have."""
    known: set[str] = set(LICENSES)
    if download.source == "folder":
        known = set(pairs_column(Path(download.folder), "license"))
    for name in asked:
        if name not in known:
            allowed = ", ".join(sorted(known)) or "none: pairs.csv has no licences"
            raise PairdxError(f"{name!r} is the licence of no pair; there are {allowed}")
    return "known"
