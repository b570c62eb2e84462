"""Part the pairs into train, validation and test, and measure what these share."""

from pathlib import Path

import pyarrow.compute as pc

from pairdx.core.outputs import new_folder, write_json
from pairdx.core.params import load_seed
from pairdx.core.schema import BALANCED, SCRUBBED, SPLITS, read_table
from pairdx.core.stage import run
from pairdx.curate.splits import split as splits
from pairdx.curate.splits.export import write_layout
from pairdx.curate.splits.leakage import measure, summary
from pairdx.sources.published_split import read_splits_csv


def main(
    *,
    raw: Path,
    scrubbed: Path,
    balanced: Path,
    out: Path,
    export: Path,
    metrics: Path,
    headline: Path,
) -> str:
    """Part the pairs into splits."""
    params, seed = splits.SplitParams.load(), load_seed()
    ids = read_table(balanced, BALANCED)["id"].combine_chunks()
    pairs = read_table(scrubbed, SCRUBBED, splits.COLUMNS)
    pairs = pairs.filter(pc.is_in(pairs["id"], value_set=ids))
    published = read_splits_csv(raw) if params.group_by == "published" else None
    if published is None:
        pairs = splits.split(pairs, params, seed)
    else:
        pairs = splits.keep_published(pairs, published)
    leakage = measure(pairs)
    with new_folder(out) as folder:
        splits.write_splits(scrubbed, pairs, folder)
    with new_folder(export) as folder:
        write_layout(out, folder)
    counts = splits.count_splits(pairs)
    write_json(metrics, {"counts": counts, "leakage": leakage})
    shared = leakage["train_test"]["articles"]["shared"]
    write_json(headline, {"pairs": pairs.num_rows, "shared_articles": shared})
    return f"{' + '.join(str(counts[name]['total']) for name in SPLITS)} pairs; {summary(leakage)}"


if __name__ == "__main__":
    run(main)
