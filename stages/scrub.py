"""Take out what could identify a person, and what is no picture."""

from pathlib import Path

from pairdx.curate.scrub import scrub
from pairdx.outputs import new_file, write_json, write_text
from pairdx.params.scrub import ScrubParams
from pairdx.schema import COHORT, SCAN, read_table
from pairdx.stage import run


def main(
    *,
    raw: Path,
    cohort: Path,
    scan: Path,
    out: Path,
    review: Path,
    metrics: Path,
) -> None:
    """Drop pairs, mask captions and clean images as the params say."""
    params = ScrubParams.load()
    pairs, facts = read_table(cohort, COHORT), read_table(scan, SCAN)
    with new_file(out) as partial:
        done = scrub(raw, pairs, facts, params, partial)
    write_text(review, done.csv())
    write_json(metrics, done.metrics())


if __name__ == "__main__":
    run(main)
