"""Choose the pairs of PairDx, part them into splits, and measure what these share."""

from pathlib import Path

import pyarrow.compute as pc

from pairdx.core.outputs import new_folder, write_json
from pairdx.core.params import load_seed
from pairdx.core.schema import BALANCED, SCRUBBED, read_table, write_table
from pairdx.core.stage import run
from pairdx.curate.splits import balance, leakage, split
from pairdx.curate.splits.export import write_layout
from pairdx.sources.published_split import read_splits_csv

COLUMNS = list(dict.fromkeys((*balance.COLUMNS, *split.COLUMNS)))


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
    """Take out duplicates, even out the classes, part the pairs."""
    params, choice, seed = split.SplitParams.load(), balance.BalanceParams.load(), load_seed()
    curated = read_table(scrubbed, SCRUBBED, COLUMNS)
    chosen, counts = balance.balance(curated, choice, seed)
    pairs = curated.filter(pc.is_in(curated["id"], value_set=chosen["id"].combine_chunks()))
    if params.group_by == "published":
        pairs = split.keep_published(pairs, read_splits_csv(raw))
    else:
        pairs = split.split(pairs, params, seed)
    write_table(chosen, balanced, BALANCED)
    with new_folder(out) as folder:
        split.write_splits(scrubbed, pairs, folder)
    with new_folder(export) as folder:
        write_layout(out, folder)
    sizes, shared = split.measure(pairs), leakage.measure(pairs)
    write_json(metrics, {"balance": counts, **sizes, "leakage": shared})
    articles = shared["train_test"]["articles"]["shared"]
    write_json(headline, {"pairs": pairs.num_rows, "shared_articles": articles})
    return f"{balance.told(len(curated), counts)}; {split.told(sizes)}; {leakage.summary(shared)}"


if __name__ == "__main__":
    run(main)
