"""Lay out pairs for people to look at, as a page and as a table."""

from pathlib import Path

from pairdx.core.outputs import new_folder, write_text
from pairdx.core.params import load_seed
from pairdx.core.schema import COHORT, SCAN, SCREENED, read_table
from pairdx.core.stage import run
from pairdx.curate.review.build import build_cases
from pairdx.curate.review.cases import ReviewParams
from pairdx.curate.review.forms import render, render_table


def main(
    *,
    raw: Path,
    cohort: Path,
    scan: Path,
    screened: Path,
    out: Path,
) -> str:
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
    return f"{len(cases)} pairs to decide on -> {out}/index.html"


if __name__ == "__main__":
    run(main)
