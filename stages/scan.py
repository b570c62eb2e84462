"""Gather the expensive facts about every image and caption of the cohort."""

from pathlib import Path

from pairdx.core.checkout import kept
from pairdx.core.schema import COHORT, SCAN, read_table, write_table
from pairdx.core.stage import run
from pairdx.curate.scan.params import ScanParams
from pairdx.curate.scan.scan import CACHE, scan


def main(
    *,
    raw: Path,
    cohort: Path,
    out: Path,
) -> str:
    """Gather size, hashes, words, faces and caption identifiers of every pair."""
    params = ScanParams.load()
    facts = scan(raw, read_table(cohort, COHORT), params, kept(CACHE))
    write_table(facts, out, SCAN)
    return f"{facts.num_rows} pairs -> {out}"


if __name__ == "__main__":
    run(main)
