"""Everything that the doctor looks at, in the order in which it is told."""

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import typer

from pairdx.core.errors import PairdxError
from pairdx.doctor.bases import examine_bases
from pairdx.doctor.data import describe, examine_data, planned_download
from pairdx.doctor.findings import Finding, as_text
from pairdx.doctor.machine import examine_disk, examine_gpu, examine_memory, examine_servers
from pairdx.doctor.models import examine_models, examine_weights, weights_of
from pairdx.doctor.runs import examine_times, memory, output_bytes, runs_of
from pairdx.doctor.scale import measure
from pairdx.doctor.sections import check
from pairdx.download.params import DownloadParams
from pairdx.models.fusion.params import ClassifierParams
from pairdx.models.weights.fetch import missing
from pairdx.models.weights.registry import WeightsParams


def examine(path: Path) -> Iterator[Finding]:
    """Look at all that the params file ``path`` needs.

    Raises:
        PairdxError: a value of the file is not allowed.
    """
    sections = check(path)
    yield Finding("params", str(path), f"{len(sections)} sections, all values allowed", "ok")
    yield from examine_data(sections)
    yield from examine_models(sections)
    yield from examine_bases(sections)
    try:
        names, scale = weights_of(sections), measure(sections)
        runs = runs_of(sections, scale)
    except PairdxError:
        return  # told above; what follows would have no ground
    weights = cast(WeightsParams, sections["weights"])
    yield from examine_weights(names, weights)
    absent = [file for name in names for file in missing(name, weights.folder)]
    sources = [file.source for file in absent]
    disk = [(weights.folder, sum(file.size for file in absent))]
    download = planned_download(cast(DownloadParams, sections["download"]), scale)
    if download is not None:
        yield describe(download)
        sources.append(download.api)
        disk.append((download.cache, download.size))
    yield from examine_servers(sources)
    yield from examine_disk([*disk, (Path("data"), output_bytes(sections, scale, runs))])
    yield examine_memory(memory(runs))
    precision = cast(ClassifierParams, sections["classifier"]).precision
    yield examine_gpu(precision in ("bfloat16", "float16"))
    yield from examine_times(sections, runs, scale, sum(size for _, size in disk))


def examine_and_tell(path: Path) -> None:
    """Print the table; leave with 1 where something is missing."""
    logging.disable(logging.WARNING)  # open_clip tells of every model without weights
    try:
        findings = list(examine(path))
    finally:
        logging.disable(logging.NOTSET)
    typer.echo(as_text(findings))
    missing = [finding.what for finding in findings if finding.state == "missing"]
    if missing:
        typer.echo(f"\n{path} cannot run here: {', '.join(missing)}")
        sys.exit(1)
    typer.echo(f"\n{path} can run here")
