"""Taking in a MultiCaRe 2.x release: from Zenodo, or from a folder that already holds it."""

import logging
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pairdx.core.errors import PairdxError
from pairdx.download.local import local_release
from pairdx.download.params import DownloadParams
from pairdx.download.record import download_record, place
from pairdx.download.transfer import digest
from pairdx.sources.archives import check_zip
from pairdx.sources.multicare import FILES, SYNTHETIC
from pairdx.sources.provenance import Provenance, write_provenance

# Sizes and SHA-256 of some files as a public copy of the record lists them. That copy says it is of
# this record, which nobody has proven: so the record's own MD5 decide and these only raise a voice.
KNOWN = {
    14994046: {
        "captions_and_labels.csv": (
            49_207_468,
            "3f3724351f6070bae95ca925c7f9f63ca4752fa637ad6a6df645ca25855a5490",
        ),
        "cases.parquet": (
            158_654_022,
            "77a57ecc50bb6dc2037e397e64388824fe01ce212d4172ec341b3950921116ec",
        ),
        "metadata.parquet": (
            19_315_816,
            "3dd9009001e035ba4d9a07a0dbb232da5a47826300349785be93795947b98130",
        ),
    }
}

log = logging.getLogger(__name__)


def import_multicare(params: DownloadParams, out: Path) -> None:
    """Lay the 15 files of ``params.record`` down in the folder ``out``.

    Raises:
        PairdxError: a file is missing, empty, cut short or not what its checksum says; an archive
            has entries that point out of it; the record is of something else.
    """
    release = local_release(Path(params.path))
    if release is None:
        files, version = download_record(params, params.record, FILES)
        checked = "md5 of the record"
    else:
        files, version, checked = _find(release), "", "form of the files"
    for path in files.values():
        _check_form(path)
    for name, path in files.items():
        # Not linked: DVC would take the permission to write from a file that is not its own.
        _lay(path, out / name, link=release is None)
    if SYNTHETIC in files:
        return  # a drawn release is of no record
    if params.record in KNOWN:
        checked += f", {_compare(params.record, files)}"
    md5 = {name: digest(files[name], "md5") for name in FILES}
    write_provenance(out, Provenance("MultiCaRe", params.record, version, checked, md5))


def _find(release: Path) -> dict[str, Path]:
    for name in FILES:
        path = release / name
        if not path.is_file() or path.stat().st_size == 0:
            raise PairdxError(
                f"{path}: missing or empty; download.path must hold the release's 15 files "
                f"({', '.join(FILES)}) or nothing, then they are downloaded"
            )
    drawn = (SYNTHETIC,) if (release / SYNTHETIC).is_file() else ()
    return {name: release / name for name in (*FILES, *drawn)}


def _check_form(path: Path) -> None:
    if path.suffix == ".zip":
        check_zip(path)
    elif path.suffix == ".parquet":
        try:
            pq.read_metadata(path)
        except (pa.ArrowException, OSError) as error:
            raise PairdxError(
                f"{path}: not a whole Parquet table ({str(error).splitlines()[0]}); get it again"
            ) from error


def _lay(path: Path, target: Path, *, link: bool) -> None:
    try:
        (place if link else shutil.copyfile)(path, target)
    except OSError as error:
        raise PairdxError(f"{path}: cannot be copied ({error.strerror or error})") from error


def _compare(record: int, files: dict[str, Path]) -> str:
    """Say how many of the files whose checksum is known are as they should be."""
    known = KNOWN[record]
    right = 0
    for name, (size, sha256) in known.items():
        path = files[name]
        if path.stat().st_size == size and digest(path, "sha256") == sha256:
            right += 1
        else:
            log.warning(
                "%s: %d bytes, not the %d with SHA-256 %s… that are known of record %d; is "
                "download.record the version that these files are of?",
                path,
                path.stat().st_size,
                size,
                sha256[:12],
                record,
            )
    return f"{right} of {len(known)} known sha256"
