"""Lay out pairs for people to look at, as a page and as a table."""

from pathlib import Path

from pairdx.outputs import new_folder, write_text
from pairdx.params.base import load_seed
from pairdx.params.review import ReviewParams
from pairdx.report.review.build import build_cases
from pairdx.report.review.page import render
from pairdx.report.review.table import render_table
from pairdx.schema import COHORT, SCAN, SCREENED, read_table
from pairdx.stage import run


def main(
    *,
    raw: Path,
    cohort: Path,
    scan: Path,
    screened: Path,
    out: Path,
) -> None:
    """Lay out some borderline, passed and removed pairs for people to decide on."""
    params, seed = ReviewParams.load(), load_seed()
    tables = (
        read_table(cohort, COHORT),
        read_table(scan, SCAN),
        read_table(screened, SCREENED),
    )
    cases = build_cases(raw, *tables, params, seed)
    with new_folder(out) as partial:
        write_text(partial / "index.html", render(cases, params.readers))
        write_text(partial / "review.csv", render_table(cases))


if __name__ == "__main__":
    run(main)
