"""Getting registered weights into ``weights.dir``, and telling whether they are the right ones.

A file is fetched beside its final name, goes on where an earlier attempt was cut, and gets its name
when its checksum holds: the published one, else the one that the hub states for it. A file without
a published checksum is pinned (``pins.json``) when it is fetched, and must stay as it was.
"""

import hashlib
import json
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

from huggingface_hub import (
    get_hf_file_metadata,
    hf_hub_download,
    hf_hub_url,
    try_to_load_from_cache,
)
from huggingface_hub.file_download import http_get
from huggingface_hub.utils import WeakFileLock

from pairdx.core.errors import PairdxError
from pairdx.core.outputs import write_json
from pairdx.models.weights.registry import WeightFile, find, of_images

PINS = "pins.json"
HUB = "hf://"
_log = logging.getLogger(__name__)


def obtain(name: str, root: Path) -> Path:
    """Return the folder of a weight's checked files; those that are missing are fetched first.

    Raises:
        PairdxError: a file is damaged, or is missing and cannot be fetched.
    """
    place = root / name
    if missing(name, root):
        fetch(name, root)
    for file, state in states(name, root):
        if state == "damaged":
            raise PairdxError(
                f"{place / file.name}: its checksum is not {_expected(file, place)}; delete it and "
                f"run `pairdx weights fetch {name}`"
            )
    return place


def obtain_file(name: str, root: Path) -> Path:
    """Return the one file of a weight that has no others; see :func:`obtain`."""
    (file,) = find(name).files
    return obtain(name, root) / file.name


def obtain_image_weights(encoder: str, weights: str | None, root: Path) -> Path | None:
    """Return the file that an image encoder starts from, as params name it; None: from scratch."""
    registered = of_images(encoder, weights)
    if registered:
        return obtain_file(registered, root)
    return Path(weights) if weights else None


def states(name: str, root: Path) -> Iterator[tuple[WeightFile, str]]:
    """Say of each file: ``ok``, ``unpinned`` (there, nothing to compare), ``damaged``, ``missing``.

    Files are read from end to end.
    """
    place = root / name
    for file in find(name).files:
        path, expected = place / file.name, _expected(file, place)
        if not path.is_file():
            yield file, "missing"
        elif expected is None:
            yield file, "unpinned"
        else:
            yield file, "ok" if matches(path, expected) else "damaged"


def missing(name: str, root: Path) -> list[WeightFile]:
    """List the files that are not there, without reading those that are."""
    return [file for file in find(name).files if not (root / name / file.name).is_file()]


def pin(name: str, root: Path) -> None:
    """Note the checksums of the files that are there and have neither a published one nor a pin."""
    place = root / name
    new = {
        file.name: _digest(place / file.name, "sha256")
        for file in find(name).files
        if _expected(file, place) is None and (place / file.name).is_file()
    }
    if new:
        write_json(place / PINS, _pins(place) | new)


def fetch(name: str, root: Path) -> None:
    """Fetch the files of a weight that are not there.

    Raises:
        PairdxError: the disk is too full, the source cannot be reached, or a checksum fails.
    """
    place, partial = root / name, root / f".{name}.partial"
    try:
        partial.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PairdxError(f"weights.dir = {str(root)!r}: cannot be written ({error})") from error
    with WeakFileLock(root / f".{name}.lock"):
        files = missing(name, root)
        _check_disk(name, files, partial)
        for file in files:
            path = _fetch_file(name, file, partial, place)
            place.mkdir(exist_ok=True)
            path.replace(place / file.name)
            _log.info("%s: fetched %s", name, place / file.name)
        pin(name, root)
        shutil.rmtree(partial)


def matches(path: Path, digest: str) -> bool:
    """Tell whether a file has a checksum, of which the start may be all that is known."""
    return _digest(path, digest.split(":")[0]).startswith(digest)


def _expected(file: WeightFile, place: Path) -> str | None:
    """Return the checksum a file must have, published or pinned; None where there is neither."""
    return file.digest or _pins(place).get(file.name)


def _pins(place: Path) -> dict[str, str]:
    path = place / PINS
    if not path.is_file():
        return {}
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise PairdxError(f"{path}: damaged ({error}); delete it") from error


def _digest(path: Path, kind: str) -> str:
    """Return ``kind:hex``; ``git`` is Git's name of a file, by which the hub knows small ones."""
    hasher = hashlib.new("sha1" if kind == "git" else kind, usedforsecurity=False)
    if kind == "git":
        hasher.update(b"blob %d\0" % path.stat().st_size)
    with path.open("rb") as file:
        while block := file.read(2**20):
            hasher.update(block)
    return f"{kind}:{hasher.hexdigest()}"


def _check_disk(name: str, files: list[WeightFile], partial: Path) -> None:
    there = sum(path.stat().st_size for path in partial.rglob("*") if path.is_file())
    needed, free = sum(file.size for file in files) - there, shutil.disk_usage(partial).free
    if needed > free:
        raise PairdxError(
            f"{name}: {needed / 1e9:.1f} GB are still to be fetched into {partial.parent}, whose "
            f"disk has {free / 1e9:.1f} GB free; make room or set weights.dir to another disk"
        )


def _fetch_file(name: str, file: WeightFile, partial: Path, place: Path) -> Path:
    """Fetch one file into ``partial`` and check it there."""
    target = partial / file.name
    try:
        stated = (_from_hub if file.source.startswith(HUB) else _from_url)(file, target)
    # The hub's client lets the errors of its transport through, which differ between versions.
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise PairdxError(
            f"{name}: {file.source} cannot be fetched ({reason}); run `pairdx weights fetch "
            f"{name}` where there is a network, or put the file at {place / file.name}"
        ) from error
    for digest in filter(None, (file.digest, stated)):
        if not matches(target, digest):
            found = _digest(target, digest.split(":")[0])
            target.unlink()
            raise PairdxError(
                f"{name}: {file.source} came with the checksum {found}, not {digest}; run "
                f"`pairdx weights fetch {name}` again"
            )
    return target


def _from_url(file: WeightFile, target: Path) -> None:
    """Fetch by HTTP, from where an earlier attempt ended."""
    if file.digest and target.is_file() and matches(target, file.digest):
        return  # was killed between the last byte and the new name
    with target.open("ab") as content:
        http_get(file.source, content, resume_size=content.tell(), displayed_filename=file.name)


def _from_hub(file: WeightFile, target: Path) -> str | None:
    """Fetch from the hub, or copy what its cache holds; return the checksum that the hub states."""
    owner, repository, name = file.source.removeprefix(HUB).split("/", 2)
    repo = f"{owner}/{repository}"
    cached = try_to_load_from_cache(repo, name)
    if isinstance(cached, str):
        shutil.copyfile(cached, target)
        return _stated(Path(cached).resolve().name)  # its cache calls files by their checksum
    hf_hub_download(repo, name, local_dir=target.parent)
    return _stated(get_hf_file_metadata(hf_hub_url(repo, name)).etag)


def _stated(etag: str | None) -> str | None:
    """Read an ETag of the hub: sha256 of a large file, Git's name of a small one."""
    kind = {64: "sha256", 40: "git"}.get(len(etag or ""))
    return f"{kind}:{etag}" if kind else None
