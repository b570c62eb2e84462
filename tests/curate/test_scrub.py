import pyarrow.parquet as pq
import pytest
from PIL import Image
from releases import encode, rows_of, write_release
from small import section

from pairdx.curate.scan import scan
from pairdx.curate.scrub import scrub
from pairdx.errors import PairdxError
from pairdx.params.scan import ScanParams
from pairdx.params.scrub import ScrubParams
from pairdx.schema import SCRUBBED, read_table
from pairdx.sources.multicare import read_rows

KINDS = ("date", "email", "phone", "record_number", "name")
CAPTIONS = [
    "Mr. Miller on 2019-03-04.",
    "Mr. Miller, MRN 00482913.",
    "A line.",
    "Clean.",
    "Clean too.",
]


def params(**actions):
    return section(ScrubParams, identifiers=dict.fromkeys(KINDS, "mask") | actions)


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
    facts = scan(raw, cohort, section(ScanParams, workers=1), tmp_path / "cache")
    return raw, cohort, facts


def test_policy(scanned, tmp_path):
    out = tmp_path / "scrubbed.parquet"
    screening = scrub(*scanned, params(record_number="drop", date="keep"), out)
    table = read_table(out, SCRUBBED)
    cohort, facts = (part.sort_by("id") for part in scanned[1:])
    gone = {f"PMC{n}{10000 + n - 1}" for n in (2, 4, 5)}
    assert set(cohort["article_id"].to_pylist()) - set(table["article_id"].to_pylist()) == gone
    first = table.slice(0, 1).to_pylist()[0]
    assert first["caption"] == "Mr. [name] on 2019-03-04."
    assert "A line." in table["caption"].to_pylist()
    assert first["pixel_sha256"] == facts["pixel_sha256"][0].as_py()
    assert first["image"]["path"] == f"{first['id']}.webp"
    screened = screening.table().to_pylist()
    assert [row["id"] for row in screened] == cohort["id"].to_pylist()
    told = {row["id"][4:9]: (row["label"], row["action"], row["reasons"]) for row in screened}
    assert [told[f"1000{number}"] for number in range(5)] == [
        ("chart", "masked", ["caption: name"]),
        ("chart", "dropped", ["caption: record_number", "caption: name"]),
        ("chart", "kept", []),
        ("electrography", "dropped", ["image: too small"]),
        ("electrography", "dropped", ["image: undecodable"]),
    ]
    assert screened[0]["spans"] == [{"start": 4, "end": 10, "kind": "name"}]
    metrics = screening.metrics()
    assert metrics["pairs"] == len(table) == 18
    assert metrics["identifiers"]["name"] == {"kept": 0, "masked": 2, "dropped": 0}
    assert metrics["identifiers"]["date"] == {"kept": 1, "masked": 0, "dropped": 0}
    assert metrics["identifiers"]["record_number"] == {"kept": 0, "masked": 0, "dropped": 1}
    counts = {"kept": 1, "masked": 1, "cropped": 0, "dropped": 1}
    assert metrics["by_class"]["chart"] == counts
    assert metrics["by_reason"]["caption: name"]["chart"] == 2
    assert metrics["by_reason"]["image: undecodable"]["electrography"] == 1


def test_nothing_identifying_is_repeated(scanned, tmp_path):
    screening = scrub(*scanned, params(), tmp_path / "scrubbed.parquet")
    told = str(screening.table().to_pylist()) + str(screening.metrics())
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
