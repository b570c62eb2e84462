"""Lay out doubtful labels, and some of the test split, for people to read."""

from pathlib import Path

from pairdx.data.store import read_pairs
from pairdx.evaluate.audit_table import AUDIT
from pairdx.outputs import new_folder, write_text
from pairdx.params.base import load_seed
from pairdx.params.label_sheet import LabelSheetParams
from pairdx.report.label_sheet.cases import build_cases, choose, render_table
from pairdx.report.label_sheet.page import render
from pairdx.schema import SPLITS, read_table
from pairdx.stage import run


def main(*, pairs: Path, audit: Path, out: Path) -> None:
    """Write the page and the same pairs as a table."""
    params, seed = LabelSheetParams.load(), load_seed()
    chosen = choose(read_table(audit, AUDIT).to_pylist(), params, seed)
    splits = [read_pairs(pairs / f"{name}.parquet") for name in SPLITS]
    cases = build_cases(chosen, splits, params)
    with new_folder(out) as partial:
        write_text(partial / "index.html", render(cases))
        write_text(partial / "labels.csv", render_table(cases))


if __name__ == "__main__":
    run(main)
