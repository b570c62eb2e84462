"""leakage: the balanced pairs -> what splits by pair and by article share, and what it is worth."""

from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from pairdx.core.contracts import check_known
from pairdx.core.outputs import write_json, write_text
from pairdx.core.params import load_seed
from pairdx.core.schema import BALANCED, SCRUBBED, read_table
from pairdx.core.stage import run
from pairdx.curate.splits.split import COLUMNS
from pairdx.evidence.leakage.probes import LeakageParams, chart, probe_leakage, thumbnails


def main(*, scrubbed: Path, balanced: Path, metrics: Path, plot: Path) -> str:
    """Compare splitting by pair with splitting by article."""
    params, seed = LeakageParams.load(), load_seed()
    ids = read_table(balanced, BALANCED)["id"].combine_chunks()
    pairs = read_table(scrubbed, SCRUBBED, COLUMNS)
    check_known(balanced, ids, pairs["id"], scrubbed)
    pairs = pairs.filter(pc.is_in(pairs["id"], value_set=ids)).sort_by("id")
    pictures = thumbnails(scrubbed, np.array(pairs["id"].to_pylist(), str), params.thumbnail)
    told = probe_leakage(pairs, pictures, params, seed)
    shares = [
        f"of {name} {scores['none']:.3f} split by pair, {scores['article']:.3f} by article"
        for name, scores in told["accuracy"].items()
    ]
    write_json(metrics, told)
    write_text(plot, chart(told))
    return f"accuracy {', '.join(shares)} -> {metrics}"


if __name__ == "__main__":
    run(main)
