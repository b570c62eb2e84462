"""Take out what could identify a person, and what is no picture."""

from pathlib import Path

from pairdx.curate.decisions import match, read_decisions
from pairdx.curate.scrub import scrub
from pairdx.evaluate.screening import score
from pairdx.outputs import new_file, write_json
from pairdx.params.scrub import ScrubParams
from pairdx.schema import COHORT, SCAN, SCREENED, read_table, write_table
from pairdx.stage import run


def main(
    *,
    raw: Path,
    cohort: Path,
    scan: Path,
    decisions: Path,
    out: Path,
    screened: Path,
    metrics: Path,
) -> None:
    """Drop pairs, mask captions and clean images as the params and people's decisions say."""
    params = ScrubParams.load()
    pairs, facts = read_table(cohort, COHORT), read_table(scan, SCAN)
    said = read_decisions(decisions)
    with new_file(out) as partial:
        done = scrub(raw, pairs, facts, params, match(said, pairs, facts), partial)
    write_table(done.table(), screened, SCREENED)
    write_json(metrics, done.metrics() | score(raw, pairs, facts, done.table(), said))


if __name__ == "__main__":
    run(main)
