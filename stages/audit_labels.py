"""Find the labels that a model which has not seen them doubts."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from pairdx.core.csv_lines import to_csv
from pairdx.core.outputs import write_json, write_text
from pairdx.core.params import load_seed
from pairdx.core.schema import AUDIT, SPLITS, write_table
from pairdx.core.stage import run
from pairdx.evidence.labels.audit import audit, noise_rows, summarise, to_table
from pairdx.evidence.labels.look import look_at
from pairdx.evidence.labels.params import AuditLabelsParams
from pairdx.pairs.store import read_pairs
from pairdx.prediction.embed import load_embedder


def main(*, base: Path, pairs: Path, out: Path, metrics: Path, plot: Path) -> str:
    """Audit train and validation out of fold, and the test split by a model fitted on both."""
    params, seed = AuditLabelsParams.load(), load_seed()
    embedder = load_embedder(base)
    splits = [(name, read_pairs(pairs / f"{name}.parquet")) for name in SPLITS]
    seen = [(part, look_at(part, embedder)) for _, part in splits]
    learned, test = audit(seen[:-1], seen[-1], params, seed)
    tables = [to_table(splits[:-1], learned), to_table(splits[-1:], test)]
    write_table(pa.concat_tables(tables), out, AUDIT)
    summary = summarise(learned, test)
    write_json(metrics, summary)
    cells = pd.DataFrame(noise_rows(learned), columns=["given", "true", "pairs", "suspects"])
    write_text(plot, to_csv(cells))
    return f"{summary['test']['suspects']} of {summary['test']['n']} test labels doubted -> {out}"


if __name__ == "__main__":
    run(main)
