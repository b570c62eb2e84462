"""Pairs that were curated but not chosen: what a model may see before it sees PairDx."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from pairdx.core.contracts import check_known
from pairdx.core.schema import PAIRS, SCRUBBED, SPLITS, read_table
from pairdx.curate.splits.duplicates import NEAR, group_images
from pairdx.pairs import store
from pairdx.pairs.store import Pairs, to_pairs

COLUMNS = ("id", "article_id", "pixel_sha256", "perceptual_hash")  # of SCRUBBED: no image is needed


def read_outside(scrubbed: Path, pairdx: Path) -> Pairs:
    """Read of the curated pairs what :func:`outside` keeps, and no other image.

    Args:
        scrubbed: the curated pairs.
        pairdx: the folder of the splits.

    Raises:
        PairdxError: a table is missing or damaged, or a pair of a split is not among the curated.
    """
    columns = ("id", "article_id", "split")
    curated = read_table(scrubbed, SCRUBBED, COLUMNS)
    splits = []
    for path in (pairdx / f"{name}.parquet" for name in SPLITS):
        splits.append(read_table(path, PAIRS, columns))
        check_known(path, splits[-1]["id"], curated["id"], scrubbed)
    kept = outside(curated, pa.concat_tables(splits))
    ids = kept["id"].combine_chunks()
    return to_pairs(read_table(scrubbed, SCRUBBED, store.COLUMNS, ids))


def outside(curated: pa.Table, chosen: pa.Table) -> pa.Table:
    """Keep the curated pairs that are not in PairDx and give nothing of its held-out part away.

    Args:
        curated: ``COLUMNS``.
        chosen: ``id``, ``article_id`` and ``split`` of PairDx, all of them in ``curated``.

    Returns:
        Rows of ``curated``: of no article of validation or test, and like no picture of PairDx.
    """
    ids, articles = (np.array(curated[name].to_pylist(), str) for name in ("id", "article_id"))
    held_out = np.array(chosen["split"].to_pylist(), str) != "train"
    hidden = np.array(chosen["article_id"].to_pylist(), str)[held_out]
    pictures = group_images(curated["pixel_sha256"], curated["perceptual_hash"], NEAR)
    taken = np.isin(ids, np.array(chosen["id"].to_pylist(), str))
    seen = np.isin(pictures, pictures[taken])
    return curated.filter(pa.array(~seen & ~np.isin(articles, hidden)))
