"""The review page in a browser: read, decide, save, open again (needs Chromium and Playwright)."""

import csv
from dataclasses import replace

import pytest
from screenings import HOSTILE, facts_of, screened_of, write_pairs
from small import section

from pairdx.core.outputs import write_text
from pairdx.curate.review.build import build_cases
from pairdx.curate.review.cases import ReviewParams
from pairdx.curate.review.forms import render
from pairdx.curate.scrub.params import ScrubParams
from pairdx.curate.scrub.scrub import scrub
from pairdx.readers.decisions import Decision, format_decisions, match, read_decisions

playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
PARAMS = ReviewParams(borderline=99, passed=99, removed=99, readers=1, overlap=0.2, thumbnail=64)
CAPTIONS = ["Photo of Mr. John Miller, MRN 00482913.", *HOSTILE.values()]


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    raw, cohort = write_pairs(tmp_path_factory.mktemp("review") / "raw", CAPTIONS)
    return raw, cohort, facts_of(cohort)


@pytest.fixture(scope="module")
def cases(tables):
    return build_cases(*tables, screened_of(*tables[1:]), PARAMS, 17)


def start(page, tmp_path, cases, readers=1, name="Ann"):
    path = tmp_path / "index.html"
    write_text(path, render(cases, readers))
    page.goto(path.as_uri())
    page.fill("#reader", name)
    page.click("#begin")


def shown(page):
    return page.locator("article.case:visible")


def shown_id(page):
    return shown(page).get_attribute("data-id")


def save(page, path):
    with page.expect_download() as download:
        page.click("#download")
    download.value.save_as(path)
    return download.value.suggested_filename


def test_what_is_clicked_is_saved_and_read_back(page, tmp_path, cases):
    start(page, tmp_path, cases)
    assert page.inner_text("#status") == "0 of 18 decided"
    wanted = []
    for case, button in zip(cases, ["keep", "drop", "keep"], strict=False):
        assert shown_id(page) == case.id
        wanted.append(Decision(case.id, "Ann", button, "", case.content))
        shown(page).locator(f"[data-word={button}]").click()
    assert page.inner_text("#status") == "3 of 18 decided, 3 not saved to a file"
    assert save(page, tmp_path / "saved.csv") == "decisions-Ann.csv"
    assert read_decisions(tmp_path / "saved.csv") == sorted(wanted)
    assert page.inner_text("#status") == "3 of 18 decided"


def test_what_is_saved_is_obeyed(page, tmp_path, tables):
    params, out = section(ScrubParams), tmp_path / "scrubbed.parquet"
    proposed = scrub(*tables, params, {}, out).table()
    cases = build_cases(*tables, proposed, PARAMS, 17)
    start(page, tmp_path, cases)
    wanted = {}
    for case in cases:
        word = ("mask" if case.found else "keep") if len(wanted) % 3 else "drop"
        wanted[case.id] = {"mask": "masked", "keep": "kept", "drop": "dropped"}[word]
        shown(page).locator(f"[data-word={word}]").click()
    save(page, tmp_path / "saved.csv")
    words = match(read_decisions(tmp_path / "saved.csv"), *tables[1:]).words
    done = scrub(*tables, params, words, out).table()
    assert dict(zip(*(done[name].to_pylist() for name in ("id", "action")), strict=True)) == wanted


def test_the_keyboard_alone(page, tmp_path, cases):
    start(page, tmp_path, cases)
    found = [case.found for case in cases].index(True)
    for _ in range(found):
        page.keyboard.press("ArrowRight")
    assert shown_id(page) == cases[found].id
    page.keyboard.press("/")
    page.keyboard.type("=2, kmd")  # in a note, keys are letters
    page.keyboard.press("Enter")
    page.keyboard.press("m")
    assert shown_id(page) == cases[found + 1].id
    page.keyboard.press("d")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("u")
    page.keyboard.press("?")
    assert page.locator("#start").is_visible()
    page.keyboard.press("Enter")
    playwright.expect(page.locator("#start")).to_be_hidden()
    assert shown_id(page) == cases[found + 1].id
    save(page, tmp_path / "saved.csv")
    one = cases[found]
    assert read_decisions(tmp_path / "saved.csv") == [
        Decision(one.id, "Ann", "mask", "=2, kmd", one.content)
    ]


def test_there_must_be_something_to_mask(page, tmp_path, cases):
    bare = [case for case in cases if not case.found]
    start(page, tmp_path, bare)
    assert shown(page).locator("[data-word=mask]").is_disabled()
    page.keyboard.press("m")
    assert "Nothing was found" in page.inner_text("#toast")
    assert page.inner_text("#status").startswith("0 of")


def test_progress_is_kept_and_belongs_to_a_reader_and_a_content(page, tmp_path, cases):
    start(page, tmp_path, cases)
    page.keyboard.press("k")
    page.keyboard.press("d")
    assert page.inner_text("#status").startswith("2 of 18 decided")
    # The browser passes what a page has stored to the next page's process in its own time.
    page.wait_for_timeout(1000)
    start(page, tmp_path, cases)
    assert page.inner_text("#status") == "2 of 18 decided"
    assert shown_id(page) == cases[2].id
    start(page, tmp_path, cases, name="Ben")
    assert page.inner_text("#status") == "0 of 18 decided"
    changed = [replace(case, content="another") for case in cases[:1]]
    start(page, tmp_path, [*changed, *cases[1:]])
    assert page.inner_text("#status") == "1 of 18 decided"
    assert page.locator("#storage").is_hidden()


def test_a_browser_that_keeps_nothing_says_so(page, tmp_path, cases):
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('denied') } })"
    )
    start(page, tmp_path, cases)
    assert page.locator("#storage").is_visible()
    page.keyboard.press("d")
    save(page, tmp_path / "saved.csv")
    assert len(read_decisions(tmp_path / "saved.csv")) == 1


def test_a_saved_file_goes_on_elsewhere(page, tmp_path, cases):
    first, second, third = cases[:3]
    decisions = [
        Decision(first.id, "Ann", "drop", '=1, "two"\nlines', first.content),
        Decision(second.id, "Ann", "keep", "", "of other content"),
        Decision(third.id, "Ben", "keep", "", third.content),
    ]
    write_text(tmp_path / "old.csv", format_decisions(decisions))
    path = tmp_path / "index.html"
    write_text(path, render(cases, 1))
    page.goto(path.as_uri())
    page.fill("#reader", "Ann")
    page.set_input_files("#load", tmp_path / "old.csv")
    page.click("#begin")
    playwright.expect(page.locator("#status")).to_have_text("1 of 18 decided")
    save(page, tmp_path / "saved.csv")
    assert read_decisions(tmp_path / "saved.csv") == decisions[:1]


def test_readers_see_their_own_share(page, tmp_path, cases):
    shares = [replace(case, reader=number % 3) for number, case in enumerate(cases)]
    start(page, tmp_path, shares, readers=2)  # the first choice: reader 1 of 2
    assert page.inner_text("#status") == "0 of 12 decided"
    page.click("#who")
    page.select_option("#part", "0")
    page.click("#begin")
    assert page.inner_text("#status") == "0 of 18 decided"


def test_the_list_is_filtered(page, tmp_path, cases):
    start(page, tmp_path, cases)
    page.select_option("#group", "borderline")
    visible = page.locator(".entry:visible")
    count = sum(case.group == "borderline" for case in cases)
    assert visible.count() == count
    page.keyboard.press("d")
    page.check("#open")
    assert visible.count() == count - 1
    assert shown(page).get_attribute("data-group") == "borderline"
    for _ in range(count - 1):
        page.keyboard.press("k")
    assert "All of these are decided" in page.inner_text("#toast")


def test_hostile_captions_are_only_text(page, tmp_path, cases):
    start(page, tmp_path, cases)
    title = page.title()
    for index, case in enumerate(cases):
        page.evaluate("index => document.querySelectorAll('.entry')[index].click()", index)
        assert shown_id(page) == case.id
        if case.caption == HOSTILE["empty"]:
            assert shown(page).locator(".caption").inner_text() == "no caption"
        elif not case.found and case.caption != HOSTILE["controls"]:
            text = shown(page).locator(".caption").text_content()
            assert text == case.caption.replace("\u202e", "\ufffd").replace("\u202c", "\ufffd")
        box = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert box <= 0, "the page has become wider than its window"
        assert shown(page).locator("[data-word=drop]").is_visible()
    assert page.title() == title
    assert page.locator("main img, main script").count() == sum(
        len(case.close_ups) for case in cases
    )


def test_hostile_ids_names_and_notes_read_back(page, tmp_path, cases):
    strange = ['=cmd|"x",1', "'-1", "<b>&amp;\"'", "שלום ,é"]
    some = [replace(case, id=id_) for case, id_ in zip(cases, strange, strict=False)]
    start(page, tmp_path, some, name="@Ann, <i>")
    for number in range(4):
        shown(page).locator(".note").fill(f'+{number} "quoted", \t=1')
        page.keyboard.press("Enter")
        page.keyboard.press("d")
    save(page, tmp_path / "saved.csv")
    decisions = read_decisions(tmp_path / "saved.csv")
    assert [one.id for one in decisions] == sorted(strange)
    assert {one.reader for one in decisions} == {"@Ann, <i>"}
    assert sorted(one.note for one in decisions) == [f'+{n} "quoted", \t=1' for n in range(4)]
    with (tmp_path / "saved.csv").open(encoding="utf-8", newline="") as lines:
        cells = [cell for row in csv.reader(lines) for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


def test_images_and_boxes_are_drawn(page, tmp_path, cases):
    start(page, tmp_path, cases)
    masked = next(
        i for i, case in enumerate(cases) if [b for b in case.boxes if b["what"] == "masked"]
    )
    page.evaluate("index => document.querySelectorAll('.entry')[index].click()", masked)
    rect, image = (shown(page).locator(one) for one in ("rect.masked", "image"))
    inner, outer = rect.bounding_box(), image.bounding_box()
    assert outer["width"] > 200
    assert abs((inner["x"] - outer["x"]) / outer["width"] - 8 / 96) < 0.01
    assert abs(inner["width"] / outer["width"] - 32 / 96) < 0.01
    assert page.evaluate(
        "Promise.all([...document.querySelectorAll('figure img')].map(i => i.decode()))"
        ".then(() => true)"
    )
    page.keyboard.press("b")
    assert rect.is_hidden()


def test_a_page_without_pairs(page, tmp_path):
    start(page, tmp_path, [])
    assert "There is nothing to look at" in page.inner_text("main")
