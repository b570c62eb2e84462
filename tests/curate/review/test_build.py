import base64
import csv
import io
from dataclasses import replace

import pytest
from PIL import Image
from screenings import BOX, HOSTILE, SIZE, facts_of, screened_of, write_pairs

from pairdx.core.errors import PairdxError
from pairdx.curate.review.build import build_cases
from pairdx.curate.review.cases import ReviewParams
from pairdx.curate.review.forms import render, render_table
from pairdx.pages.pictures import close_ups, thumbnail
from pairdx.readers.decisions import content_of
from pairdx.readers.spreadsheet import LONGEST, unprotect

PARAMS = ReviewParams(borderline=99, passed=99, removed=99, readers=1, overlap=0.2, thumbnail=64)
CAPTIONS = ["Photo of Mr. John Miller, MRN 00482913.", *HOSTILE.values()]


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    raw, cohort = write_pairs(tmp_path_factory.mktemp("review") / "raw", CAPTIONS)
    facts = facts_of(cohort)
    dropped = {"proposed": None, "action": "dropped", "masked": None}
    return raw, cohort, facts, screened_of(cohort, facts, at_17=dropped)


@pytest.fixture(scope="module")
def cases(tables):
    return build_cases(*tables, PARAMS, 17)


def opened(uri):
    head, data = uri.split(",", 1)
    assert head == "data:image/webp;base64"
    return Image.open(io.BytesIO(base64.b64decode(data)))


def test_every_pair_with_an_image_is_a_case(tables, cases):
    assert sorted(case.id for case in cases) == tables[1]["id"].to_pylist()[:17]


def test_a_case_holds_what_was_found(tables, cases):
    _, cohort, facts, _ = tables
    by_caption = {case.caption: case for case in cases}
    case = by_caption[CAPTIONS[0]]
    assert case.pieces == [
        ("Photo of Mr. ", "", False),
        ("John Miller", "name", True),
        (", MRN ", "", False),
        ("00482913", "record_number", True),
        (".", "", False),
    ]
    assert case.found
    row = cohort["caption"].to_pylist().index(CAPTIONS[0])
    assert case.content == content_of(facts["pixel_sha256"][row].as_py(), CAPTIONS[0])
    (second,) = [case for case in cases if case.id == cohort["id"][1].as_py()]
    word, masked = second.boxes
    assert word == {**BOX, "kind": '<b>"ID 7" (0.90)', "what": "word"}
    assert masked == {**BOX, "kind": "record_number", "what": "masked"}
    assert [one.kind for one in second.close_ups] == ["record_number"]
    assert opened(second.close_ups[0].uri).size == (32 + 6 + 6, 12 + 6 + 6)
    assert opened(second.image).size == (64, 53)
    assert (second.width, second.height) == SIZE
    (third,) = [case for case in cases if case.id == cohort["id"][2].as_py()]
    assert [box["what"] for box in third.boxes] == ["face", "doubtful"]
    assert third.found
    assert [one.kind for one in third.close_ups] == ["face"]


def test_spans_that_overlap_or_overrun_do_no_harm(cases):
    spans = ((0, 4, "name"), (2, 6, "date"), (5, 900, "date"))
    case = replace(cases[0], caption="abcdefg", spans=spans, acted_on=frozenset())
    assert case.pieces == [("abcd", "name", False), ("efg", "", False)]


def test_the_same_inputs_in_any_order_give_the_same_page(tables, cases):
    raw, *rest = tables
    turned = [table.take(list(range(len(table)))[::-1]) for table in rest]
    again = build_cases(raw, *turned, PARAMS, 17)
    assert render(again, 1) == render(cases, 1)
    assert render_table(again) == render_table(cases)


def test_a_decision_does_not_change_the_page(tables, cases):
    raw, cohort, facts, screened = tables
    decided = screened.set_column(2, "action", [["kept"] * len(screened)])
    decided = decided.set_column(4, "decision", [["keep"] * len(screened)])
    assert render(build_cases(raw, cohort, facts, decided, PARAMS, 17), 1) == render(cases, 1)


def test_tables_of_other_pairs_are_refused(tables):
    raw, cohort, facts, screened = tables
    with pytest.raises(PairdxError, match="different pairs"):
        build_cases(raw, cohort, facts, screened.slice(1), PARAMS, 17)


def test_no_text_becomes_markup(cases):
    page = render(cases, 2)
    assert page.count("<script>") == 1
    assert "<img src=x" not in page
    assert "<b>" not in page.split("<main>")[1].split("</main>")[0].replace("by the rules: <b>", "")
    assert "\x00" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "{{ 7 * 7 }} {% if 1 %}" in page
    assert "data:image/webp;base64," in page
    assert "http" not in page.replace("http-equiv", "").replace("http://x.example", "")


def test_pictures_of_odd_shapes():
    tall = Image.new("RGB", (1, 20_000), "red")
    assert opened(thumbnail(tall, 480)).size == (1, 480)
    outside = {"left": 5, "top": 30_000, "right": 9, "bottom": 30_010, "kind": "name"}
    inside = {"left": -5, "top": 0, "right": 1, "bottom": 9, "kind": "name"}
    assert [one.kind for one in close_ups(tall, [outside, inside])] == ["name"]
    assert len(close_ups(tall, [inside] * 50)) == 6


def test_the_table_holds_the_same_rows(cases):
    rows = list(csv.DictReader(io.StringIO(render_table(cases), newline="")))
    assert [row["id"] for row in rows] == [case.id for case in cases]
    assert {row["decision"] + row["reader"] + row["note"] for row in rows} == {""}
    for case, row in zip(cases, rows, strict=True):
        assert not row["caption"].startswith(("=", "+", "-", "@", "\t", "\r"))
        assert len(row["caption"]) < 32_767
        if case.caption in (HOSTILE["formula"], HOSTILE["script"], HOSTILE["attribute"]):
            assert unprotect(row["caption"]) == case.caption
        if case.caption == HOSTILE["long"]:
            assert row["caption"].endswith(f"({100_000 - LONGEST} more characters)")
    found = {row["caption"]: row["found"] for row in rows}
    assert found[CAPTIONS[0]] == "name at 14-24; record_number at 31-38"
