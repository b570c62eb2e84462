"""Gather the expensive facts about every image and caption of the cohort."""

from pathlib import Path

from pairdx.curate.scan import scan
from pairdx.params.scan import ScanParams
from pairdx.schema import COHORT, SCAN, read_table, write_table
from pairdx.stage import run

CACHE = Path(".cache/scan")  # no output of the stage: the same facts come out without it


def main(
    *,
    raw: Path,
    cohort: Path,
    out: Path,
) -> None:
    """Gather size, hashes, words, faces and caption identifiers of every pair."""
    params = ScanParams.load()
    facts = scan(raw, read_table(cohort, COHORT), params, CACHE)
    write_table(facts, out, SCAN)


if __name__ == "__main__":
    run(main)
