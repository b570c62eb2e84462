"""The expensive facts about every pair, gathered once; what is done about them is scrub's policy.

For each image: does it decode, its size, the SHA-256 of its pixels and its perceptual hash; for
each caption: where identifiers are. 2,400 images of about 300 pixels take 10 s on 2 cores.
"""

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import imagehash
import numpy as np
import pyarrow as pa
from PIL import Image
from tqdm import tqdm

from pairdx.curate.identifiers.entities import person_reader
from pairdx.curate.scrub_captions import find_identifiers
from pairdx.params.scan import ScanParams
from pairdx.schema import SCAN
from pairdx.sources.archives import Archives
from pairdx.sources.decode import UndecodableError, decode

CHUNK = 64  # pairs handed to a worker at a time

Row = dict[str, Any]


def scan(raw: Path, cohort: pa.Table, params: ScanParams) -> pa.Table:
    """Return one row of ``SCAN`` for every row of ``cohort``, in its order."""
    pairs = cohort.select(["id", "archive", "member", "caption"])
    chunks = [
        (raw, pairs.slice(start, CHUNK).to_pylist(), params)
        for start in range(0, len(pairs), CHUNK)
    ]
    with tqdm(total=len(pairs), desc="scan", unit="", disable=None) as progress:
        rows: list[Row] = []
        for scanned in _map(chunks, params.workers or os.cpu_count() or 1):
            rows += scanned
            progress.update(len(scanned))
    return pa.Table.from_pylist(rows, schema=SCAN)


def _map(chunks: list[tuple[Path, list[Row], ScanParams]], workers: int) -> Iterator[list[Row]]:
    if min(workers, len(chunks)) <= 1:
        yield from map(_scan_chunk, chunks)
        return
    # Started afresh, not forked: pyarrow has threads, and a fork of those can lock up.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_scan_chunk, chunks)


def _scan_chunk(chunk: tuple[Path, list[Row], ScanParams]) -> list[Row]:
    raw, pairs, params = chunk
    read_persons = person_reader() if params.named_entities else None
    with Archives(raw) as archives:
        return [
            {
                "id": pair["id"],
                **_scan_image(archives.read(pair["archive"], pair["member"]), params),
                "identifiers": [
                    vars(found) for found in find_identifiers(pair["caption"], read_persons)
                ],
            }
            for pair in pairs
        ]


def _scan_image(data: bytes, params: ScanParams) -> Row:
    try:
        image = decode(data, params.max_megapixels)
    except UndecodableError as error:
        return {"problem": str(error)}
    return {
        "width": image.width,
        "height": image.height,
        "pixel_sha256": _hash_pixels(image),
        "perceptual_hash": perceptual_hash(image, params.hash_size),
    }


def _hash_pixels(image: Image.Image) -> str:
    """Hash the size too: the same bytes can be a wide and a tall image."""
    return hashlib.sha256(f"{image.size}".encode() + image.tobytes()).hexdigest()


def perceptual_hash(image: Image.Image, hash_size: int) -> bytes | None:
    """Return the bits of the DCT hash; images of one colour all share one, so they get none."""
    if image.getcolors(maxcolors=1) is not None:
        return None
    return np.packbits(imagehash.phash(image, hash_size).hash.ravel()).tobytes()
