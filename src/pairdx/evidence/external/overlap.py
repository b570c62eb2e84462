"""Pairs from elsewhere that a model may have been trained on."""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pairdx.core.contracts import check_known
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

    Raises:
        PairdxError: a table is missing or damaged, or a pair of ``train`` is not in ``scrubbed``.
    """
    ids = read_table(train, PAIRS, ("id",))["id"]
    hashes = read_table(scrubbed, SCRUBBED, ("id", "pixel_sha256", "perceptual_hash"))
    check_known(train, ids, hashes["id"], scrubbed)
    return hashes.filter(pc.is_in(hashes["id"], value_set=ids.combine_chunks()))


def overlap(pairs: pa.Table, known: pa.Table) -> Overlap:
    """Look for pairs among the ``known``, both with the columns of :func:`read_training_images`."""
    same_id, same_pixels = (
        np.isin(pairs[name].to_pylist(), known[name].to_pylist()) for name in ("id", "pixel_sha256")
    )
    pixels, pictures = (
        pa.chunked_array([*known[name].chunks, *pairs[name].chunks])
        for name in ("pixel_sha256", "perceptual_hash")
    )
    groups = group_images(pixels, pictures, NEAR)
    near = np.isin(groups[len(known) :], groups[: len(known)])
    every = (same_id, same_pixels, near, same_id | near)
    return Overlap(*(int(found.sum()) for found in every))
