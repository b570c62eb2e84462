"""What this machine has: disk, memory, a GPU, and the servers that weights come from."""

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import torch
from huggingface_hub import constants, get_session

from pairdx.doctor.findings import Finding, gigabytes

TIMEOUT = 10  # seconds until a server counts as unreachable


def examine_disk(needs: Iterable[tuple[Path, int]]) -> Iterator[Finding]:
    """Compare what is needed below each folder with what its disk has free, disk by disk."""
    disks: dict[int, tuple[Path, int]] = {}
    for folder, size in needs:
        place = _existing(folder)
        first, sum_so_far = disks.get(place.stat().st_dev, (place, 0))
        disks[place.stat().st_dev] = (first, sum_so_far + size)
    for place, size in disks.values():
        free = shutil.disk_usage(place).free
        full = size > free
        found = f"{gigabytes(free)} free at {place.resolve()}" + ("; make room" if full else "")
        needed = f"at most {gigabytes(size)} more"
        yield Finding("disk", needed, found, "missing" if full else "ok")


def _existing(folder: Path) -> Path:
    """Return the folder or the nearest one above it that exists."""
    folder = folder.absolute()
    return next(place for place in (folder, *folder.parents) if place.is_dir())


def examine_memory(needed: int) -> Finding:
    """Compare with the memory of the machine; what others use of it is not known later on."""
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    short = needed > there
    found = f"{gigabytes(there)} in all" + ("; lower batch_size or image_size" if short else "")
    return Finding("memory", f"about {gigabytes(needed)}", found, "missing" if short else "ok")


def examine_gpu(half_precision: bool) -> Finding:
    """Say whether there is one; none is needed, and half precision makes sense on one only."""
    needed = "optional" + (": params ask for half precision" if half_precision else "")
    if torch.cuda.is_available():
        return Finding("GPU", needed, torch.cuda.get_device_name(), "ok")
    return Finding("GPU", needed, "none: the CPU will do it", "note" if half_precision else "ok")


def examine_servers(sources: Iterable[str]) -> Iterator[Finding]:
    """Ask each server that something has to be fetched from for an answer."""
    for server in dict.fromkeys(map(_server, sources)):
        try:
            get_session().head(server, timeout=TIMEOUT)
        # The hub's client, whose transport's errors differ between versions.
        except Exception as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            found = f"not reachable ({reason}); bring along what is to be fetched from it"
            yield Finding(f"server {server}", "an answer", found, "missing")
        else:
            yield Finding(f"server {server}", "an answer", "answers", "ok")


def _server(source: str) -> str:
    if source.startswith("hf://"):
        return constants.ENDPOINT
    parts = urlsplit(source)
    return f"{parts.scheme}://{parts.netloc}"
