"""Everything that the doctor looks at, in the order in which it is told."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from pairdx.doctor.findings import Finding, found_by
from pairdx.doctor.machine import examine_disk, examine_gpu, examine_memory, examine_servers
from pairdx.doctor.models import examine_models, examine_weights, weights_of
from pairdx.doctor.runs import examine_times, memory, output_bytes, runs_of
from pairdx.doctor.scale import measure, pairs_column
from pairdx.errors import PairdxError
from pairdx.models.fetch import missing
from pairdx.params.base import Section
from pairdx.params.download import DownloadParams
from pairdx.params.filter import FilterParams
from pairdx.params.sections import check
from pairdx.params.weights import WeightsParams
from pairdx.sources.multicare import FILES

LICENSES = ("CC0", "CC BY", "CC BY-NC", "CC BY-NC-SA")  # all that the release's images have


def examine(path: Path) -> Iterator[Finding]:
    """Look at all that the params file ``path`` needs.

    Raises:
        PairdxError: a value of the file is not allowed.
    """
    sections = check(path)
    yield Finding("params", str(path), f"{len(sections)} sections, all values allowed", "ok")
    yield from _data(sections)
    yield from examine_models(sections)
    try:
        names, scale = weights_of(sections), measure(sections)
        runs = runs_of(sections, scale)
    except PairdxError:
        return  # told above; what follows would have no ground
    weights = cast(WeightsParams, sections["weights"])
    yield from examine_weights(names, weights)
    absent = [file for name in names for file in missing(name, weights.folder)]
    yield from examine_servers(file.source for file in absent)
    disk = [(weights.folder, sum(file.size for file in absent))]
    yield from examine_disk([*disk, (Path("data"), output_bytes(sections, scale, runs))])
    yield examine_memory(memory(scale, runs))
    sections_with_precision = ("fusion", "baselines", "pairdx_clip")
    precisions = {sections[name].model_dump()["precision"] for name in sections_with_precision}
    yield examine_gpu(precisions != {"float32"})
    yield from examine_times(runs, scale, sum(file.size for file in absent))


def _data(sections: dict[str, Section]) -> Iterator[Finding]:
    """Look at where the raw pairs come from, and at the licences that are asked for."""
    download = cast(DownloadParams, sections["download"])

    def look() -> str:
        if not Path(download.folder).is_dir():  # DVC watches it, whatever the source
            raise PairdxError(f"download.folder = {download.folder!r}; no such folder")
        match download.source:
            case "sample":
                return "drawn here"
            case "folder":
                return f"{len(pairs_column(Path(download.folder), 'id'))} pairs"
            case "multicare":
                return _release(Path(str(download.path)))

    yield found_by("download.source", download.source, look)
    licenses = cast(FilterParams, sections["filter"]).licenses
    if licenses != "all":
        asked = ", ".join(licenses)
        yield found_by("filter.licenses", asked, lambda: _licenses(download, licenses))


def _release(folder: Path) -> str:
    absent = [name for name in FILES if not (folder / name).is_file()]
    if absent:
        raise PairdxError(
            f"download.path = {str(folder)!r}: {len(absent)} of {len(FILES)} files are missing, "
            f"such as {absent[0]}; put them there"
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
