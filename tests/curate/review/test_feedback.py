"""What a reader saved, fed back: `review/decisions.csv` through scrub (as a file, no browser)."""

import csv
import io
import random

import numpy as np
import pytest
from screenings import BOX, facts_of, write_pairs
from small import section

from pairdx.core.decode import decode
from pairdx.core.outputs import write_text
from pairdx.core.schema import SCRUBBED, read_table
from pairdx.curate.review.build import build_cases
from pairdx.curate.review.cases import ReviewParams
from pairdx.curate.review.forms import render, render_table
from pairdx.curate.scrub.params import ScrubParams
from pairdx.curate.scrub.scrub import scrub
from pairdx.readers.decisions import format_decisions, match, read_decisions

CAPTIONS = ["Photo of Mr. John Miller.", "A line.", "On 2019-03-04, Ms. Ada Byron."]
REVIEW = ReviewParams(borderline=99, passed=99, removed=99, readers=1, overlap=0.2, thumbnail=64)


@pytest.fixture
def run(tmp_path):
    """Run scrub with what `tmp_path/decisions.csv` says; return its rows and the pairs kept."""
    raw, cohort = write_pairs(tmp_path / "raw", CAPTIONS)
    facts = facts_of(cohort)
    params = section(ScrubParams, min_face_score=0.9)  # the third pair's face is in doubt

    def scrubbed(path):
        words = match(read_decisions(path), cohort, facts).words if path else {}
        out = tmp_path / "scrubbed.parquet"
        screening = scrub(raw, cohort, facts, params, words, out)
        pairs = {row["id"]: row for row in read_table(out, SCRUBBED).to_pylist()}
        return screening, pairs, out.read_bytes()

    def page(screening):
        cases = build_cases(raw, cohort, facts, screening.table(), REVIEW, 17)
        return cases, render(cases, 1), render_table(cases)

    return scrubbed, page


def test_a_spreadsheet_filled_in_is_obeyed_and_the_page_stays(run, tmp_path):
    scrubbed, page = run
    before, pairs, _ = scrubbed(None)
    cases, html, table = page(before)
    by_caption = {case.caption: case.id for case in cases}
    keep, drop = by_caption[CAPTIONS[0]], by_caption[CAPTIONS[2]]
    (face,) = [case.id for case in cases if [b for b in case.boxes if b["what"] == "doubtful"]]
    words = {keep: "keep", drop: "DROP", face: "mask"}
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    for row in rows:
        row |= {"decision": words.get(row["id"], ""), "reader": "Ann"}
    filled = io.StringIO()
    writer = csv.DictWriter(filled, list(rows[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    write_text(tmp_path / "filled.csv", filled.getvalue())

    after, left, _ = scrubbed(tmp_path / "filled.csv")
    assert pairs[keep]["caption"] == "Photo of Mr. [name]."
    assert left[keep]["caption"] == CAPTIONS[0]
    assert set(pairs) - set(left) == {drop}
    inside = np.s_[BOX["top"] : BOX["bottom"], BOX["left"] : BOX["right"]]
    image, masked = (
        np.asarray(decode(some[face]["image"]["bytes"]), int) for some in (pairs, left)
    )
    assert np.abs(image - masked)[inside].mean() > 10
    assert np.abs(image - masked)[40:].mean() < 3
    assert after.metrics()["decisions_obeyed"] == {"keep": 1, "mask": 1, "drop": 1}
    assert page(after)[1:] == (html, table)


def test_the_order_of_the_decisions_changes_no_byte(run, tmp_path):
    scrubbed, page = run
    ids = [case.id for case in page(scrubbed(None)[0])[0]]
    rng = random.Random(3)
    lines = [
        f"{id_},{reader},{rng.choice(['keep', 'mask', 'drop'])},," for id_ in ids for reader in "ab"
    ]
    results = []
    for name in ("one.csv", "two.csv"):
        rng.shuffle(lines)
        write_text(tmp_path / name, "\n".join(["id,reader,decision,note,content", *lines, ""]))
        screening, _, data = scrubbed(tmp_path / name)
        results.append((screening.rows, screening.metrics(), data))
    assert results[0] == results[1]
    again = format_decisions(read_decisions(tmp_path / "one.csv"))
    assert again == format_decisions(read_decisions(tmp_path / "two.csv"))
