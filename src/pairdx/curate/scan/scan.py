"""The expensive facts about every pair, gathered once; what is done about them is scrub's policy.

For each image: does it decode, its size, the SHA-256 of its pixels, its perceptual hash, how
coloured and how light it is, words and faces in it; for each caption: where identifiers are. Words
and faces cost nearly all of the time; they are kept in a cache, so that a scan that was killed goes
on where it was.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from pairdx.core.decode import UndecodableError, decode, perceptual_hash, pixel_hash
from pairdx.core.engine import map_chunks, on_cluster
from pairdx.core.schema import SCAN
from pairdx.curate.identifiers.captions import find_identifiers
from pairdx.curate.identifiers.entities import person_reader
from pairdx.curate.scan.fact_cache import COPIED, Fact, FactCache
from pairdx.curate.scan.networks import resolve
from pairdx.curate.scan.params import ScanParams
from pairdx.curate.scan.pixel_facts import PixelFacts
from pairdx.sources.archives import opened

CACHE = Path(".cache/scan")  # no output of a stage: the same facts come out without it
CHUNK = 16  # pairs handed to a worker at a time
LOOKED_AT = 64  # pixels a side, to which a picture is scaled for its colours
PAPER = 200  # least mean of the channels of what is as light as paper

log = logging.getLogger(__name__)

Row = dict[str, Any]


def scan(raw: Path, cohort: pa.Table, params: ScanParams, cache: Path) -> pa.Table:
    """Return one row of ``SCAN`` for every row of ``cohort``, in its order.

    Args:
        raw: the folder with the images' archives.
        cohort: columns of ``COHORT``.
        params: section ``scan``.
        cache: the folder that keeps what was found in an image between runs.
    """
    pairs = cohort.select(["id", "archive", "member", "caption"])
    chunks = (pairs.slice(at, CHUNK).to_pylist() for at in range(0, len(pairs), CHUNK))
    params = params.model_copy(update={"precision": resolve(params.precision)})  # of all workers
    facts = FactCache(cache)  # made here, so that no two workers make it at once
    known = len(facts)
    with (
        tqdm(total=len(pairs), desc="scan", unit="", disable=None) as progress,
        _for_workers(facts) as shared,
    ):
        rows: list[Row] = []
        work = partial(_scan_chunk, raw.absolute(), params, shared)
        for scanned, new in map_chunks(work, chunks, params.workers):
            rows += scanned
            for found, key in new:
                facts.put(found, *key)
            progress.update(len(scanned))
    told = "scan: in %s; %d facts were known from %s, %d are new"
    log.info(told, params.precision, known, cache, len(facts) - known)
    facts.close()
    return pa.Table.from_pylist(rows, schema=SCAN)


@contextmanager
def _for_workers(facts: FactCache) -> Iterator[Path]:
    """Yield what workers open: the cache itself, or on other machines a copy that none writes.

    SQLite's file may be written by several processes of one machine, not by those of several. What
    a cluster's workers find comes back with their chunk, and this process keeps it.
    """
    if not on_cluster():
        yield facts.path.parent
        return
    # A shared file system may keep what a worker has open: the folder then stays, and is small.
    with TemporaryDirectory(dir=facts.path.parent, ignore_cleanup_errors=True) as folder:
        copy = Path(folder).absolute() / f"known{COPIED}"
        facts.copy(copy)
        yield copy


def _scan_chunk(
    raw: Path, params: ScanParams, cache: Path, pairs: list[Row]
) -> tuple[list[Row], list[Fact]]:
    """Scan some pairs; return their rows, and the facts that are not in the cache."""
    archives = opened(raw)
    rows = [
        {
            "id": pair["id"],
            **scan_pair(
                archives.read(pair["archive"], pair["member"]), pair["caption"], params, cache
            ),
        }
        for pair in pairs
    ]
    return rows, _pixel_facts(params, cache).take_new()


def scan_pair(data: bytes, caption: str, params: ScanParams, cache: Path) -> Row:
    """Return one row of ``SCAN``, but for its id and what is null."""
    read_persons = person_reader() if params.named_entities else None
    return _scan_image(data, params, _pixel_facts(params, cache)) | {
        "identifiers": [vars(found) for found in find_identifiers(caption, read_persons)]
    }


@lru_cache(maxsize=1)
def _pixel_facts(params: ScanParams, cache: Path) -> PixelFacts:
    """Load the networks once a process."""
    return PixelFacts(params, cache)


def colour(image: Image.Image) -> float:
    """Return how far the channels of an RGB picture lie apart on average, 0 to 255."""
    pixels = _small(image)
    return float((pixels.max(axis=2) - pixels.min(axis=2)).mean())


def light(image: Image.Image) -> float:
    """Return the share of an RGB picture that is as light as paper."""
    return float((_small(image).mean(axis=2) > PAPER).mean())


def _small(image: Image.Image) -> NDArray[np.int16]:
    return np.asarray(image.resize((LOOKED_AT, LOOKED_AT), Image.Resampling.BOX), np.int16)


def _scan_image(data: bytes, params: ScanParams, pixel_facts: PixelFacts) -> Row:
    try:
        image = decode(data, params.max_megapixels)
    except UndecodableError as error:
        return {"problem": str(error), "words": [], "faces": []}
    pixel_sha256 = pixel_hash(image)
    return {
        "width": image.width,
        "height": image.height,
        "pixel_sha256": pixel_sha256,
        "perceptual_hash": perceptual_hash(image, params.hash_size),
        "colour": colour(image),
        "light": light(image),
        "words": pixel_facts.words(image, pixel_sha256),
        "faces": pixel_facts.faces(image, pixel_sha256),
    }
