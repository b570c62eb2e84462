import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from releases import encode, rows_of, write_release
from small import section

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, SCREENED, SCRUBBED, read_table
from pairdx.curate.identifiers.kinds import PLACEHOLDERS
from pairdx.curate.scan.params import ScanParams
from pairdx.curate.scan.scan import scan
from pairdx.curate.scrub import scrub as module
from pairdx.curate.scrub.params import ScrubParams
from pairdx.curate.scrub.scrub import scrub
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
    return section(ScrubParams, identifiers=identifiers)


@pytest.fixture
def scanned(tmp_path):
    rows = rows_of(labels=(*LABELS, "radiology"))
    for row, caption in zip(rows, CAPTIONS, strict=False):
        row["caption"] = caption
    images = {
        rows[3]["file"]: encode(Image.new("RGB", (1, 1), "white")),
        rows[4]["file"]: b"nothing",
    }
    raw = write_release(tmp_path / "raw", rows, images=images)
    cohort = read_rows(raw)
    off = section(ScanParams, max_megapixels=9, workers=1, words="off", faces="off")
    facts = scan(raw, cohort, off, tmp_path / "cache")
    return raw, cohort, facts


def test_policy(scanned, tmp_path):
    out = tmp_path / "scrubbed.parquet"
    done = scrub(*scanned, params(record_number="drop", date="keep"), {}, out)
    table = read_table(out, SCRUBBED)
    cohort, facts = (part.sort_by("id") for part in scanned[1:])
    gone = {f"PMC{n}{10000 + n - 1}" for n in (2, 4, 5)}
    assert set(cohort["article_id"].to_pylist()) - set(table["article_id"].to_pylist()) == gone
    first = table.slice(0, 1).to_pylist()[0]
    assert first["caption"] == "Mr. [name] on 2019-03-04."
    assert "A line." in table["caption"].to_pylist()
    assert first["pixel_sha256"] == facts["pixel_sha256"][0].as_py()
    assert first["image"]["path"] == f"{first['id']}.webp"
    metrics = done.metrics()
    assert metrics["pairs"] == len(table) == 18
    outcomes = dict.fromkeys(("kept", "masked", "dropped"), 0)
    assert metrics["identifiers"]["name"] == outcomes | {"masked": 1, "dropped": 1}
    assert metrics["identifiers"]["date"] == outcomes | {"kept": 1}
    assert metrics["identifiers"]["record_number"] == outcomes | {"dropped": 1}
    assert metrics["by_class"]["chart"] == {
        "kept": 1,
        "masked": 1,
        "cropped": 0,
        "dropped": 1,
    }
    assert metrics["by_reason"]["caption: name"]["chart"] == 2
    assert metrics["by_reason"]["image: undecodable"]["electrography"] == 1
    assert metrics["decisions_obeyed"] == {"keep": 0, "mask": 0, "drop": 0}


def test_processes_and_chunks_change_nothing(scanned, tmp_path, monkeypatch):
    alone, many = tmp_path / "alone.parquet", tmp_path / "many.parquet"
    told = scrub(*scanned, params(), {}, alone).metrics()
    monkeypatch.setattr(module, "MANY", 0)
    monkeypatch.setattr(module, "CHUNK", 4)
    assert scrub(*scanned, params(), {}, many).metrics() == told
    assert many.read_bytes() == alone.read_bytes()


def test_what_was_done_is_told(scanned, tmp_path):
    policy = params(record_number="drop", date="keep")
    done = scrub(*scanned, policy, {}, tmp_path / "scrubbed.parquet").table()
    assert done.schema == SCREENED
    assert len(done) == 21
    assert done["id"].to_pylist() == sorted(scanned[1]["id"].to_pylist())
    told = [
        (row["label"], row["action"], row["proposed"], row["reasons"], len(row["spans"]))
        for row in done.to_pylist()
        if row["action"] != "kept"
    ]
    assert told == [
        ("chart", "masked", "masked", ["caption: name"], 1),
        ("chart", "dropped", "dropped", ["caption: record_number", "caption: name"], 2),
        ("electrography", "dropped", None, ["image: too small"], 0),
        ("electrography", "dropped", None, ["image: undecodable"], 0),
    ]


def test_decisions_go_before_the_rules(scanned, tmp_path):
    policy = params(record_number="drop", date="keep")
    plain = scrub(*scanned, policy, {}, tmp_path / "plain.parquet").table()
    rows = scanned[1].select(["id", "caption"]).to_pylist()
    ids = {row["caption"]: row["id"] for row in rows}
    words = dict(
        zip((ids[one] for one in CAPTIONS), ["keep", "mask", "mask", "keep", "drop"], strict=True)
    )
    done = scrub(*scanned, policy, words, tmp_path / "scrubbed.parquet")
    table = done.table()
    decided = {row["id"]: row for row in table.to_pylist() if row["decision"]}
    assert [decided[ids[one]]["action"] for one in CAPTIONS] == [
        "kept",
        "masked",
        "dropped",  # to mask where nothing was found
        "dropped",  # no image
        "dropped",
    ]
    assert {id_: row["decision"] for id_, row in decided.items()} == words
    # What the rules say stays, so that the next reader finds the same pairs to decide on.
    for column in ("proposed", "spans", "reasons"):
        assert table[column].equals(plain[column])
    kept = read_table(tmp_path / "scrubbed.parquet", SCRUBBED).select(["id", "caption"])
    captions = {row["id"]: row["caption"] for row in kept.to_pylist()}
    assert captions[ids[CAPTIONS[0]]] == "Mr. Miller on 2019-03-04."
    assert captions[ids[CAPTIONS[1]]] == "Mr. [name], MRN [number]."
    assert len(captions) == 18
    assert done.metrics()["decisions_obeyed"] == {"keep": 1, "mask": 2, "drop": 0}
    assert done.metrics()["identifiers"]["date"]["kept"] == 1


def test_nothing_identifying_is_repeated(scanned, tmp_path):
    done = scrub(*scanned, params(), {}, tmp_path / "scrubbed.parquet")
    told = str(done.table().to_pylist()) + str(done.metrics())
    assert "Miller" not in told
    assert "00482913" not in told


def test_rows_are_grouped_for_streaming(scanned, tmp_path, monkeypatch):
    monkeypatch.setattr("pairdx.core.streaming.ROWS_PER_GROUP", 8)
    out = tmp_path / "scrubbed.parquet"
    scrub(*scanned, params(), {}, out)
    metadata = pq.read_metadata(out)
    assert [metadata.row_group(group).num_rows for group in range(3)] == [8, 8, 3]
    ids = pq.read_table(out)["id"].to_pylist()
    assert ids == sorted(ids)


def test_facts_of_other_pairs_are_refused(scanned, tmp_path):
    raw, cohort, facts = scanned
    with pytest.raises(PairdxError, match="scan and cohort hold different pairs"):
        scrub(raw, cohort, facts.slice(1), params(), {}, tmp_path / "scrubbed.parquet")


@pytest.mark.parametrize(("action", "ages"), [("mask", [90.0]), ("keep", [97.0]), ("drop", [])])
def test_ages_over_89_in_the_column(scanned, tmp_path, action, ages):
    raw, cohort, facts = scanned
    column = cohort.schema.get_field_index("age")
    old = [97.0] + [30.0] * (len(cohort) - 1)
    cohort = cohort.set_column(column, "age", pa.array(old, pa.float64()))
    out = tmp_path / "scrubbed.parquet"
    screening = scrub(raw, cohort, facts, params(old_age=action), {}, out)
    table = read_table(out, SCRUBBED)
    assert [age for age in table["age"].to_pylist() if age != 30] == ages
    assert ("age: over 89" in screening.metrics()["by_reason"]) == (action == "drop")
