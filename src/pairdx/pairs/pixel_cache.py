"""Images of a split, decoded once for all models and stages that look at them at one size.

A file holds the uint8 pixels ``(N, 3, S, S)`` of a split and nothing else; its name is a digest of
all that decides them. It is mapped, not read: a split may be larger than memory. This is no output
of a stage: the same pixels come out without it, and it may be deleted at any time.
"""

import hashlib
import logging
import os
import shutil
import sys
from collections.abc import Sequence
from functools import cache
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import PIL
from filelock import FileLock
from PIL import features

from pairdx.core.checkout import kept
from pairdx.core.outputs import new_file
from pairdx.pairs.images import ImageInput

if TYPE_CHECKING:
    from torch import Tensor

FOLDER = Path(".cache/pixels")
LARGEST = 64 * 2**30  # bytes: MultiCaRe at 224 pixels three times, PairDx 18 times
SHARE = 0.5  # of what the disk has beside other files; the rest is for what stages write
DECIDERS = ("pairdx.core.decode", "pairdx.pairs.images")  # modules that decide the pixels
CODECS = ("jpg", "zlib", "libtiff", "webp")  # of Pillow

log = logging.getLogger(__name__)

Shape = tuple[int, ...]


def decoded(images: Sequence[bytes], fit: ImageInput) -> "Tensor | None":
    """Return the pixels ``(N, 3, S, S)`` of a split, uint8, mapped from the cache.

    What is not there is decoded into it; entries that were not used for longest make room. None,
    and a line of log: the cache may not become so large, or cannot be written.

    Raises:
        PairdxError: an image cannot be read.
    """
    if not images:
        return fit.decode_all(images)
    shape = (len(images), 3, fit.size, fit.size)
    path = kept(FOLDER) / f"{_key(images, fit)}.u8"
    try:
        found = _mapped(path, shape)
        return _added(path, images, fit, shape) if found is None else found
    except OSError as error:
        log.warning("%s: %s; images are decoded whenever they are needed", path.parent, error)
        return None


def _added(path: Path, images: Sequence[bytes], fit: ImageInput, shape: Shape) -> "Tensor | None":
    """Decode into the cache, unless another process has done so meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # One writer at a time: decoding takes all cores, two at once would end no sooner.
    with FileLock(path.parent / ".lock"):
        found = _mapped(path, shape)
        if found is None and _make_room(path.parent, prod(shape)):
            _write(path, images, fit)
            found = _mapped(path, shape)
    return found


def _mapped(path: Path, shape: Shape) -> "Tensor | None":
    """Map a file privately: nothing that is done to the tensor gets into it."""
    import torch

    try:
        if path.stat().st_size != prod(shape):
            return None
        os.utime(path)  # the entry was used just now
        return torch.from_numpy(np.memmap(path, np.uint8, "c", shape=shape))
    except FileNotFoundError:
        return None


def _write(path: Path, images: Sequence[bytes], fit: ImageInput) -> None:
    with new_file(path) as partial, partial.open("wb") as file:
        for pixels in fit.decode_each(images):
            file.write(pixels.tobytes())
        file.flush()
        os.fsync(file.fileno())  # or a machine that stops may leave a file of its size, and empty


def _make_room(folder: Path, size: int) -> bool:
    """Delete the entries that were used least recently, until one of ``size`` bytes has its place.

    What a killed writer left goes first: whoever holds the lock is the only one.
    """
    for partial in folder.glob(".*.partial"):
        partial.unlink()
    entries = sorted(folder.glob("*.u8"), key=lambda path: path.stat().st_mtime)
    taken = sum(path.stat().st_size for path in entries)
    most = min(LARGEST, int(SHARE * (shutil.disk_usage(folder).free + taken)))
    if size > most:
        log.info(
            "decoded images would take %.1f GB in %s, which may have %.1f GB here: they are "
            "decoded whenever they are needed",
            *(size / 1e9, folder, most / 1e9),
        )
        return False
    for path in entries:
        if taken + size > most:
            taken -= path.stat().st_size
            path.unlink()
    return True


def _key(images: Sequence[bytes], fit: ImageInput) -> str:
    digest = hashlib.sha256(f"{_decoder()} {fit.size} {fit.resize}".encode())
    for image in images:
        digest.update(hashlib.sha256(image).digest())
    return digest.hexdigest()


@cache
def _decoder() -> str:
    """Name all that turns bytes into pixels: our code, Pillow and its codecs."""
    files = [sys.modules[name].__file__ for name in DECIDERS]
    code = [hashlib.sha256(Path(file).read_bytes()).hexdigest() for file in files if file]
    return " ".join([*code, PIL.__version__, *(str(features.version(name)) for name in CODECS)])
