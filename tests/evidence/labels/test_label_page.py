"""The label sheet in a browser: read, answer, save (needs Chromium and Playwright)."""

from dataclasses import replace

import pytest
from screenings import HOSTILE

from pairdx.core.outputs import write_text
from pairdx.core.schema import LABELS
from pairdx.evidence.labels.cases import LabelCase
from pairdx.evidence.labels.forms import KEYS, render
from pairdx.readers.labels import ReaderLabel, read_labels

PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs="
CASES = [
    LabelCase(
        id=f"pair_{number}",
        group="drawn" if number % 2 else "doubtful",
        given=LABELS[number % 6],
        suggested="radiology",
        quality=0.25,
        caption=caption,
        image=PIXEL,
    )
    for number, caption in enumerate(["A plain caption.", *HOSTILE.values()])
]


def start(page, tmp_path, cases=CASES, name="Ann"):
    path = tmp_path / "index.html"
    write_text(path, render(cases))
    page.goto(path.as_uri())
    page.fill("#reader", name)
    page.click("#begin")


def save(page, path):
    with page.expect_download() as download:
        page.click("#download")
    download.value.save_as(path)
    return download.value.suggested_filename


def shown(page):
    return page.locator("article.case:visible")


def test_every_answer_has_its_key_and_is_saved(page, tmp_path):
    start(page, tmp_path)
    wanted = []
    for case, (label, key) in zip(CASES, KEYS.items(), strict=False):
        assert shown(page).get_attribute("data-id") == case.id
        page.keyboard.press(key)
        wanted.append(ReaderLabel(case.id, "Ann", label))
    shown(page).locator(".note").fill("=1+1, kept as text")
    page.keyboard.press("Enter")
    shown(page).locator('[data-word="unclear"]').click()
    wanted.append(ReaderLabel("pair_7", "Ann", "unclear", "=1+1, kept as text"))
    assert page.inner_text("#status").startswith("8 of 9 decided")
    assert save(page, tmp_path / "saved.csv") == "labels-Ann.csv"
    assert read_labels(tmp_path / "saved.csv") == wanted
    assert "pairdx add-labels labels-Ann.csv" in page.inner_text("#toast")


def test_labels_are_hidden_until_they_are_asked_for(page, tmp_path):
    start(page, tmp_path)
    told = shown(page).locator("span.told").first
    assert told.is_hidden()
    assert page.locator(".entry small").first.is_hidden()
    page.keyboard.press("g")
    assert told.is_visible()
    assert "labelled chart, the audit suggests radiology" in shown(page).inner_text()
    page.keyboard.press("ArrowRight")
    assert shown(page).locator("span.told").first.is_visible()


def test_a_saved_file_goes_on_elsewhere(page, tmp_path):
    text = "id,reader,label,note\npair_1,Ann,endoscopy,\npair_2,Ben,chart,\npair_3,Ann,maybe,\n"
    write_text(tmp_path / "old.csv", text)
    write_text(tmp_path / "index.html", render(CASES))
    page.goto((tmp_path / "index.html").as_uri())
    page.fill("#reader", "Ann")
    page.set_input_files("#load", tmp_path / "old.csv")
    page.click("#begin")
    page.wait_for_function("document.querySelector('#status').textContent.startsWith('1 of 9')")
    save(page, tmp_path / "saved.csv")
    assert read_labels(tmp_path / "saved.csv") == [ReaderLabel("pair_1", "Ann", "endoscopy")]


def test_the_two_pages_remember_apart(page, tmp_path):
    start(page, tmp_path)
    page.keyboard.press("1")
    assert page.evaluate("Object.keys(localStorage)") == ["pairdx-labels"]


def test_hostile_captions_and_ids_are_only_text(page, tmp_path):
    strange = [replace(CASES[1], id='"><b onclick=x>&amp;'), *CASES[1:]]
    start(page, tmp_path, strange)
    title = page.title()
    assert shown(page).get_attribute("data-id") == '"><b onclick=x>&amp;'
    for case in strange:
        if case.caption not in ("", HOSTILE["controls"]):
            assert shown(page).locator(".caption").text_content() == case.caption
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.keyboard.press("ArrowRight")
    assert page.title() == title
    assert page.locator("main script, main b[onclick]").count() == 0


@pytest.mark.parametrize("count", [0, 1])
def test_few_pairs(page, tmp_path, count):
    start(page, tmp_path, CASES[:count])
    assert ("There is nothing to look at" in page.inner_text("main")) == (count == 0)
    assert page.inner_text("#status").startswith(f"0 of {count} ")
