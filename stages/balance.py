"""Take out duplicates and even out the classes."""

from pathlib import Path

from pairdx.core.outputs import write_json
from pairdx.core.params import load_seed
from pairdx.core.schema import BALANCED, SCRUBBED, read_table, write_table
from pairdx.core.stage import run
from pairdx.curate.splits.balance import COLUMNS, BalanceParams, balance


def main(
    *,
    scrubbed: Path,
    out: Path,
    metrics: Path,
) -> str:
    """Choose the pairs that make up PairDx."""
    params, seed = BalanceParams.load(), load_seed()
    pairs = read_table(scrubbed, SCRUBBED, COLUMNS)
    balanced, counts = balance(pairs, params, seed)
    write_table(balanced, out, BALANCED)
    write_json(metrics, counts)
    return (
        f"{sum(counts['distinct'].values())} of {len(pairs)} pairs without duplicates, "
        f"{counts['pairs']} after the cap of {counts['cap']} a class"
    )


if __name__ == "__main__":
    run(main)
