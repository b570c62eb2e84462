"""Take out what could identify a person, and what is no picture."""

from pathlib import Path

from pairdx.core.outputs import new_file, write_json
from pairdx.core.schema import COHORT, SCAN, SCREENED, read_table, write_table
from pairdx.core.stage import run
from pairdx.curate.scrub.params import ScrubParams
from pairdx.curate.scrub.screening import recalls, score
from pairdx.curate.scrub.scrub import scrub
from pairdx.readers.decisions import match, read_decisions


def main(
    *,
    raw: Path,
    cohort: Path,
    scan: Path,
    decisions: Path,
    out: Path,
    screened: Path,
    metrics: Path,
    headline: Path,
) -> str:
    """Drop pairs, mask captions, mask or crop images as params and people say."""
    params = ScrubParams.load()
    pairs, facts = read_table(cohort, COHORT), read_table(scan, SCAN)
    said = read_decisions(decisions)
    matched = match(said, pairs, facts)
    with new_file(out) as partial:
        screening = scrub(raw, pairs, facts, params, matched.words, partial)
    done = screening.table()
    write_table(done, screened, SCREENED)
    counts = screening.metrics() | matched.metrics()
    scored = score(raw, pairs, facts, done, said)
    write_json(metrics, counts | scored)
    write_json(headline, recalls(scored))
    return f"{counts['pairs']} of {len(pairs)} pairs, {counts['images_rewritten']} images rewritten"


if __name__ == "__main__":
    run(main)
