import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from releases import encode, rows_of, write_release

from pairdx.curate.identifiers.kinds import PLACEHOLDERS
from pairdx.curate.scan import scan
from pairdx.curate.scrub import scrub
from pairdx.errors import PairdxError
from pairdx.params.scan import ScanParams
from pairdx.params.scrub import ScrubParams
from pairdx.schema import SCRUBBED, read_table
from pairdx.sources.multicare import read_rows

KINDS = tuple(PLACEHOLDERS)
CAPTIONS = [
    "Mr. Miller on 2019-03-04.",
    "Mr. Miller, MRN 00482913.",
    "A line.",
    "Clean.",
    "Clean too.",
]


def params(**actions):
    identifiers = dict.fromkeys(KINDS, "mask") | actions
    return ScrubParams.model_validate({"min_side": 32, "max_side": 512, "identifiers": identifiers})


@pytest.fixture
def scanned(tmp_path):
    rows = rows_of()
    for row, caption in zip(rows, CAPTIONS, strict=False):
        row["caption"] = caption
    images = {
        rows[3]["file"]: encode(Image.new("RGB", (1, 1), "white")),
        rows[4]["file"]: b"nothing",
    }
    raw = write_release(tmp_path / "raw", rows, images=images)
    cohort = read_rows(raw)
    facts = scan(
        raw, cohort, ScanParams(hash_size=16, max_megapixels=9, named_entities=False, workers=1)
    )
    return raw, cohort, facts


def test_policy(scanned, tmp_path):
    out = tmp_path / "scrubbed.parquet"
    review = scrub(*scanned, params(record_number="drop", date="keep"), out)
    table = read_table(out, SCRUBBED)
    cohort, facts = (part.sort_by("id") for part in scanned[1:])
    gone = {f"PMC{n}{10000 + n - 1}" for n in (2, 4, 5)}
    assert set(cohort["article_id"].to_pylist()) - set(table["article_id"].to_pylist()) == gone
    first = table.slice(0, 1).to_pylist()[0]
    assert first["caption"] == "Mr. [name] on 2019-03-04."
    assert "A line." in table["caption"].to_pylist()
    assert first["pixel_sha256"] == facts["pixel_sha256"][0].as_py()
    assert first["image"]["path"] == f"{first['id']}.webp"
    lines = [line.split(",", 1)[1] for line in review.csv().splitlines()]
    assert lines == [
        "label,action,reason",
        "chart,masked,caption: name",
        "chart,dropped,caption: record_number",
        "electrography,dropped,image: 1 x 1 pixels",
        'electrography,dropped,"image: not one of BMP, GIF, JPEG, PNG, TIFF, WEBP"',
    ]
    metrics = review.metrics()
    assert metrics["pairs"] == len(table) == 18
    assert metrics["identifiers"]["name"] == {"kept": 0, "masked": 2, "dropped": 0}
    assert metrics["identifiers"]["date"] == {"kept": 1, "masked": 0, "dropped": 0}
    assert metrics["identifiers"]["record_number"] == {"kept": 0, "masked": 0, "dropped": 1}
    assert metrics["by_class"]["chart"] == {"kept": 2, "masked": 1, "dropped": 1}


def test_nothing_identifying_is_repeated(scanned, tmp_path):
    review = scrub(*scanned, params(), tmp_path / "scrubbed.parquet")
    told = review.csv() + str(review.metrics())
    assert "Miller" not in told
    assert "00482913" not in told


def test_rows_are_grouped_for_streaming(scanned, tmp_path, monkeypatch):
    monkeypatch.setattr("pairdx.curate.streaming.ROWS_PER_GROUP", 8)
    out = tmp_path / "scrubbed.parquet"
    scrub(*scanned, params(), out)
    metadata = pq.read_metadata(out)
    assert [metadata.row_group(group).num_rows for group in range(3)] == [8, 8, 3]
    ids = pq.read_table(out)["id"].to_pylist()
    assert ids == sorted(ids)


def test_facts_of_other_pairs_are_refused(scanned, tmp_path):
    raw, cohort, facts = scanned
    with pytest.raises(PairdxError, match="scan and cohort hold different pairs"):
        scrub(raw, cohort, facts.slice(1), params(), tmp_path / "scrubbed.parquet")


@pytest.mark.parametrize(("action", "ages"), [("mask", [90.0]), ("keep", [97.0]), ("drop", [])])
def test_ages_over_89_in_the_column(scanned, tmp_path, action, ages):
    raw, cohort, facts = scanned
    column = cohort.schema.get_field_index("age")
    old = [97.0] + [30.0] * (len(cohort) - 1)
    cohort = cohort.set_column(column, "age", pa.array(old, pa.float64()))
    review = scrub(raw, cohort, facts, params(old_age=action), tmp_path / "scrubbed.parquet")
    table = read_table(tmp_path / "scrubbed.parquet", SCRUBBED)
    assert [age for age in table["age"].to_pylist() if age != 30] == ages
    assert ("age: over 89" in review.csv()) == (action == "drop")
