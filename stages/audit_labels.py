"""Find the labels that a model which has not seen them doubts."""

from pathlib import Path

import pandas as pd
import pyarrow as pa

from pairdx.data.store import read_pairs
from pairdx.evaluate.audit_table import AUDIT
from pairdx.evaluate.label_audit import audit, noise_rows, summarise, to_table
from pairdx.evaluate.label_model import look_at
from pairdx.outputs import write_json, write_text
from pairdx.params.audit_labels import AuditLabelsParams
from pairdx.params.base import load_seed
from pairdx.schema import SPLITS, write_table
from pairdx.serve.embed import load_embedder
from pairdx.stage import run


def main(*, base: Path, pairs: Path, out: Path, metrics: Path, plot: Path) -> None:
    """Audit train and validation out of fold, and the test split by a model fitted on both."""
    params, seed = AuditLabelsParams.load(), load_seed()
    embedder = load_embedder(base)
    splits = [(name, read_pairs(pairs / f"{name}.parquet")) for name in SPLITS]
    seen = [(part, look_at(part, embedder)) for _, part in splits]
    learned, test = audit(seen[:-1], seen[-1], params, seed)
    tables = [to_table(splits[:-1], learned), to_table(splits[-1:], test)]
    write_table(pa.concat_tables(tables), out, AUDIT)
    write_json(metrics, summarise(learned, test))
    cells = pd.DataFrame(noise_rows(learned), columns=["given", "true", "pairs", "suspects"])
    write_text(plot, cells.to_csv(index=False, lineterminator="\n"))


if __name__ == "__main__":
    run(main)
