"""Part the pairs into train, validation and test, and measure what these share."""

import logging
from pathlib import Path

import pyarrow.compute as pc

from pairdx.core.outputs import new_folder, write_json
from pairdx.core.params import load_seed
from pairdx.core.schema import BALANCED, SCRUBBED, read_table
from pairdx.core.stage import run
from pairdx.curate.splits.leakage import measure, summary
from pairdx.curate.splits.split import (
    COLUMNS,
    SplitParams,
    count_splits,
    keep_published,
    split,
    write_splits,
)
from pairdx.sources.published_split import read_splits_csv


def main(
    *,
    raw: Path,
    scrubbed: Path,
    balanced: Path,
    out: Path,
    metrics: Path,
) -> None:
    """Part the pairs into splits."""
    params, seed = SplitParams.load(), load_seed()
    ids = read_table(balanced, BALANCED)["id"].combine_chunks()
    pairs = read_table(scrubbed, SCRUBBED, COLUMNS)
    pairs = pairs.filter(pc.is_in(pairs["id"], value_set=ids))
    if params.group_by == "published":
        pairs = keep_published(pairs, read_splits_csv(raw))
    else:
        pairs = split(pairs, params, seed)
    leakage = measure(pairs)
    logging.getLogger(__name__).warning(summary(leakage))
    with new_folder(out) as folder:
        write_splits(scrubbed, pairs, folder)
    write_json(metrics, {"counts": count_splits(pairs), "leakage": leakage})


if __name__ == "__main__":
    run(main)
