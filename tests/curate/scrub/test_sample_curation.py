"""Curation of the drawn sample, held against what was planted in it."""

from collections import defaultdict

import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from drawn import contains
from small import section

from pairdx.core.schema import LABELS, SCRUBBED, read_table
from pairdx.curate.filter.cohort import images_present, select_cohort
from pairdx.curate.filter.params import FilterParams
from pairdx.curate.scan.params import ScanParams
from pairdx.curate.scan.scan import scan
from pairdx.curate.scrub.params import ScrubParams
from pairdx.curate.scrub.scrub import scrub
from pairdx.curate.splits.balance import BalanceParams, balance
from pairdx.download.sample.release import draw_release
from pairdx.sources.multicare import ARCHIVES, read_rows

SEED = 17
SIDES = ("left", "top", "right", "bottom")
PARAMS = {
    "filter": section(
        FilterParams, unknown_age="drop", modalities=(*LABELS, "pathology"), licenses="all"
    ),
    "scan": section(ScanParams, workers=2),
    "scrub": section(ScrubParams),
    "balance": BalanceParams(
        duplicates="drop", max_hash_distance=0.1, cap_per_class=None, total=None
    ),
}


def curate(raw, folder):
    rows = read_rows(raw)
    cohort, _ = select_cohort([rows], images_present(raw, ARCHIVES), PARAMS["filter"])
    facts = scan(raw, cohort, PARAMS["scan"], folder / "cache")
    screening = scrub(raw, cohort, facts, PARAMS["scrub"], {}, folder / "scrubbed.parquet")
    check_burned_in(raw, screening.table().to_pylist())
    scrubbed = read_table(folder / "scrubbed.parquet", SCRUBBED)
    return raw, scrubbed, *balance(scrubbed, PARAMS["balance"], SEED)


def truth(raw):
    """Return what is known of every row, by the id that the pairs have."""
    known = {
        row["file_id"]: row for row in pq.read_table(raw / "synthetic_truth.parquet").to_pylist()
    }
    labels = pa_csv.read_csv(
        raw / "captions_and_labels.csv",
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),
        convert_options=pa_csv.ConvertOptions(include_columns=["file_id", "file", "patient_id"]),
    )
    return {
        f"{row['patient_id']}_{row['file'].rsplit('.', 1)[0]}": known[row["file_id"]]
        for row in labels.to_pylist()
    }


def check_burned_in(raw, screened):
    """What was written over the pictures is found and filled, and nothing else is."""
    known = truth(raw)
    marked = {row["id"] for row in screened if row["masked"]}
    planted = {row["id"] for row in screened if known[row["id"]]["burned_in"]}
    assert len(planted) >= 5
    assert len(planted & marked) >= 0.95 * len(planted), planted - marked
    assert len(planted & marked) >= 0.98 * len(marked), marked - planted
    for row in screened:
        if row["id"] in planted & marked:
            boxes = [[box[side] for side in SIDES] for box in row["masked"]]
            assert contains(boxes, known[row["id"]]["burned_in_box"], 0.85), row["id"]


def check(raw, scrubbed, balanced, metrics):
    known = truth(raw)
    pictures = defaultdict(set)  # a picture's first file -> the ids that show it
    for id_ in scrubbed["id"].to_pylist():
        pictures[known[id_]["duplicate_of"] or known[id_]["file"]].add(id_)
    kept = set(balanced["id"].to_pylist())
    assert all(len(ids & kept) == 1 for ids in pictures.values())
    planted = len(scrubbed) - len(pictures)
    assert planted > 0
    assert metrics["exact_duplicates"] + metrics["near_duplicates"] == planted
    assert metrics["conflicting_labels"] == 0
    assert "blank" not in {known[id_]["defect"] for id_ in scrubbed["id"].to_pylist()}
    texts = {id_: [found["text"] for found in known[id_]["identifiers"]] for id_ in known}
    for pair in scrubbed.select(["id", "caption"]).to_pylist():
        left = [text for text in texts[pair["id"]] if text in pair["caption"]]
        assert left == [], pair["caption"]


def test_planted_duplicates_go_and_nothing_else(sample, tmp_path):
    check(*curate(sample, tmp_path))


@pytest.mark.slow
def test_the_default_sample_too(tmp_path):
    draw_release(tmp_path / "raw", 2400, SEED)
    check(*curate(tmp_path / "raw", tmp_path))
