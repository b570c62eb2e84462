"""Lay out doubtful labels, and some of the test split, for people to read."""

from pathlib import Path

from pairdx.core.outputs import new_folder, write_text
from pairdx.core.params import load_seed
from pairdx.core.schema import AUDIT, SPLITS, read_table
from pairdx.core.stage import run
from pairdx.evidence.labels.cases import build_cases, choose
from pairdx.evidence.labels.forms import render, render_table
from pairdx.evidence.labels.params import LabelSheetParams
from pairdx.pairs.store import read_pairs


def main(*, pairs: Path, audit: Path, out: Path) -> str:
    """Write the page and the same pairs as a table."""
    params, seed = LabelSheetParams.load(), load_seed()
    chosen = choose(read_table(audit, AUDIT).to_pylist(), params, seed)
    splits = [read_pairs(pairs / f"{name}.parquet") for name in SPLITS]
    cases = build_cases(chosen, splits, params)
    with new_folder(out) as partial:
        write_text(partial / "index.html", render(cases))
        write_text(partial / "labels.csv", render_table(cases))
    return f"{len(cases)} labels to read -> {out}/index.html"


if __name__ == "__main__":
    run(main)
