"""The report in a browser: on a telephone, a screen and paper (needs Chromium and Playwright)."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from finished_run import run_of

from pairdx.core.outputs import write_text
from pairdx.evidence.report.page import render
from pairdx.evidence.report.report import assemble

WIDTHS = (390, 1280)


@pytest.fixture(scope="module")
def file(finished, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "index.html"
    write_text(path, render(assemble(run_of(finished))))
    return path


def shown(page, file, width, **media):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(**media)
    page.goto(file.as_uri())


def overflow(page):
    return page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_it_fits_the_window(page, file, width):
    shown(page, file, width)
    assert overflow(page) == 0
    assert page.locator("main > section").count() == 6
    for chart in page.locator(".chart svg").all():
        box = chart.bounding_box()
        assert box["width"] > 100
        assert box["x"] + box["width"] <= width
    images = page.locator("img")
    assert images.count() == 8
    assert page.locator("img:not([alt]), img[alt='']").count() == 0


@pytest.mark.parametrize("width", WIDTHS)
def test_a_wide_table_scrolls_in_its_box_and_keeps_its_heads(page, file, width):
    shown(page, file, width)
    boxes = page.locator(".scroll")
    wide = [box for box in boxes.all() if box.evaluate("e => e.scrollWidth > e.clientWidth")]
    assert wide
    head = wide[0].locator("tbody th").first
    before = head.bounding_box()["x"]
    wide[0].evaluate("e => e.scrollBy(120, 0)")
    assert head.bounding_box()["x"] == pytest.approx(before, abs=1)


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_everybody_can_read_it(page, file, width, scheme):
    """Headings in order, contrast, names of tables and regions: by axe-core."""
    shown(page, file, width, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_the_links_of_the_chapters_lead_to_them(page, file):
    shown(page, file, 1280)
    links = page.locator("nav a")
    assert links.count() == 6
    for link in links.all():
        assert page.locator(link.get_attribute("href")).count() == 1


def test_it_prints_on_white_without_boxes_that_scroll(page, file):
    shown(page, file, 720, media="print", color_scheme="dark")
    assert overflow(page) == 0
    back = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert back == "rgb(255, 255, 255)"
    assert not page.locator("nav").is_visible()
    for box in page.locator(".scroll").all():
        assert box.evaluate("e => getComputedStyle(e).overflowX") == "visible"
