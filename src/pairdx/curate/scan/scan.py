"""The expensive facts about every pair, gathered once; what is done about them is scrub's policy.

For each image: does it decode, its size, the SHA-256 of its pixels, its perceptual hash, how
coloured and how light it is, words and faces in it; for each caption: where identifiers are. Words
and faces cost nearly all of the time; they are kept in a cache, so that a scan that was killed goes
on where it was.
"""

import logging
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from pairdx.core.decode import UndecodableError, decode, perceptual_hash, pixel_hash
from pairdx.core.schema import SCAN
from pairdx.curate.identifiers.captions import find_identifiers
from pairdx.curate.identifiers.entities import person_reader
from pairdx.curate.scan.fact_cache import FactCache
from pairdx.curate.scan.params import ScanParams
from pairdx.curate.scan.pixel_facts import PixelFacts
from pairdx.sources.archives import Archives

CACHE = Path(".cache/scan")  # no output of a stage: the same facts come out without it
CHUNK = 32  # pairs handed to a worker at a time
LOOKED_AT = 64  # pixels a side, to which a picture is scaled for its colours
PAPER = 200  # least mean of the channels of what is as light as paper

log = logging.getLogger(__name__)

Row = dict[str, Any]
Chunk = tuple[Path, list[Row], ScanParams, Path]


def scan(raw: Path, cohort: pa.Table, params: ScanParams, cache: Path) -> pa.Table:
    """Return one row of ``SCAN`` for every row of ``cohort``, in its order.

    Args:
        raw: the folder with the images' archives.
        cohort: columns of ``COHORT``.
        params: section ``scan``.
        cache: the folder that keeps what was found in an image between runs.
    """
    pairs = cohort.select(["id", "archive", "member", "caption"])
    chunks = [
        (raw, pairs.slice(start, CHUNK).to_pylist(), params, cache)
        for start in range(0, len(pairs), CHUNK)
    ]
    facts = FactCache(cache)  # made here, so that no two workers make it at once
    known = len(facts)
    with tqdm(total=len(pairs), desc="scan", unit="", disable=None) as progress:
        rows: list[Row] = []
        for scanned in _map(chunks, params.workers or os.cpu_count() or 1):
            rows += scanned
            progress.update(len(scanned))
    log.info("scan: %d facts were known from %s, %d are new", known, cache, len(facts) - known)
    facts.close()
    return pa.Table.from_pylist(rows, schema=SCAN)


def _map(chunks: list[Chunk], workers: int) -> Iterator[list[Row]]:
    if min(workers, len(chunks)) <= 1:
        yield from map(_scan_chunk, chunks)
        return
    # Started afresh, not forked: pyarrow has threads, and a fork of those can lock up.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_scan_chunk, chunks)


def _scan_chunk(chunk: Chunk) -> list[Row]:
    raw, pairs, params, cache = chunk
    archives = _archives(raw)
    return [
        {
            "id": pair["id"],
            **scan_pair(
                archives.read(pair["archive"], pair["member"]), pair["caption"], params, cache
            ),
        }
        for pair in pairs
    ]


@lru_cache(maxsize=1)
def _archives(raw: Path) -> Archives:
    """Keep the archives open once a process: their lists of entries are as long as the release."""
    return Archives(raw)


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
