"""Pairs from elsewhere that a model may have been trained on."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import isqrt
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from PIL import Image

from pairdx.core.decode import perceptual_hash, pixel_hash
from pairdx.core.schema import PAIRS, SCRUBBED, read_table
from pairdx.curate.splits.duplicates import NEAR, group_images


@dataclass(frozen=True)
class Overlap:
    """How many pairs are in the training split as well, and by what they were known."""

    ids: int  # the same id
    pixels: int  # the same pixels, as they came in
    near: int  # the same picture, or nearly so: these among them
    any: int  # one of these

    def counts(self) -> dict[str, int]:
        """For a metrics file."""
        return asdict(self)


def read_training_images(train: Path, scrubbed: Path) -> pa.Table:
    """Read ``id``, ``pixel_sha256`` and ``perceptual_hash`` of the training pairs.

    The hashes are those of the images as they came in, before anything was masked or scaled.
    """
    ids = read_table(train, PAIRS, ("id",))["id"]
    hashes = read_table(scrubbed, SCRUBBED, ("id", "pixel_sha256", "perceptual_hash"))
    return hashes.filter(pc.is_in(hashes["id"], value_set=ids.combine_chunks()))


def fingerprint(image: Image.Image, known: pa.Table) -> tuple[str, bytes | None]:
    """Hash the pixels and the picture of an image that came in, as those of ``known`` are."""
    bits = next((one for one in known["perceptual_hash"].to_pylist() if one is not None), None)
    picture = None if bits is None else perceptual_hash(image, isqrt(8 * len(bits)))
    return pixel_hash(image), picture


def overlap(
    ids: Sequence[str], fingerprints: Sequence[tuple[str, bytes | None]], known: pa.Table
) -> Overlap:
    """Look for pairs among the ``known``, a table of :func:`read_training_images`."""
    pixels, pictures = zip(*fingerprints, strict=True)
    same_id = np.isin(ids, known["id"].to_pylist())
    same_pixels = np.isin(pixels, known["pixel_sha256"].to_pylist())
    groups = group_images(
        pa.chunked_array([*known["pixel_sha256"].chunks, pa.array(pixels, pa.string())]),
        pa.chunked_array([*known["perceptual_hash"].chunks, pa.array(pictures, pa.binary())]),
        NEAR,
    )
    near = np.isin(groups[len(known) :], groups[: len(known)])
    every = (same_id, same_pixels, near, same_id | near)
    return Overlap(*(int(found.sum()) for found in every))
