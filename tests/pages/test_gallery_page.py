"""The gallery: everything is shown, nothing is obeyed."""

import re

import pytest
from PIL import Image

from pairdx.core.errors import PairdxError
from pairdx.pages.gallery import (
    Card,
    Picture,
    Section,
    read_sections,
    render,
    shade,
    write_sections,
)
from pairdx.pages.pictures import thumbnail

HOSTILE = '<script>alert("x")</script>'


@pytest.fixture
def page():
    picture = Picture(thumbnail(Image.new("RGB", (40, 20), "red"), 16), "red & wide")
    card = Card(
        id="PMC1_01",
        tags=("medical_photograph", HOSTILE),
        pictures=(picture,),
        caption=(("A rash ", 0.0), ("on the arm", 0.9), (HOSTILE, -0.2)),
        facts=(("fusion", "0.91"), (HOSTILE, HOSTILE)),
    )
    return render(
        "Cases", "Drawn.", [Section("Right", "Both agree.", (card,)), Section("B", "", ())]
    )


def test_text_is_shown_and_not_run(page):
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 4  # tag, caption, name and value of a fact
    assert "default-src &#39;none&#39;" in page
    assert "red &amp; wide" in page


def test_a_case_is_shown_with_its_shades(page):
    assert "medical photograph" in page
    assert '<mark class="for-4" title="+0.90">on the arm</mark>' in page  # 4.5 rounds to even
    assert '<mark class="against-1" title="-0.20">' in page
    assert re.search(r'<img src="data:image/webp;base64,[\w+/=]+" alt="red &amp; wide"', page)


def test_an_empty_section_says_so(page):
    assert page.count("There is no such case.") == 1


def test_a_card_without_a_caption_says_so():
    card = Card(id="a", tags=(), pictures=(), caption=())
    assert "no caption" in render("Cases", "", [Section("All", "", (card,))])


@pytest.mark.parametrize(
    ("weight", "style"), [(0, ""), (0.09, ""), (0.11, "for-1"), (1, "for-5"), (-1, "against-5")]
)
def test_a_weight_has_a_shade(weight, style):
    assert shade(weight) == style


@pytest.mark.parametrize("weight", [1.2, -3, float("nan")])
def test_a_weight_out_of_range_is_a_mistake(weight):
    with pytest.raises(ValueError, match="from -1 to 1"):
        shade(weight)


def test_what_a_page_shows_is_read_back(tmp_path):
    card = Card(
        "a", ("chart",), (Picture("data:,", "x"),), (("Mass", -0.5),), (("label", "chart"),)
    )
    sections = (Section("Wrong", "Both.", (card,)), Section("Right", "", ()))
    write_sections(tmp_path / "cases.json", sections)
    assert read_sections(tmp_path / "cases.json") == sections


@pytest.mark.parametrize("text", ["{", "[1]", '[{"title": "a", "note": "b"}]'])
def test_cases_of_another_form_are_told(tmp_path, text):
    (tmp_path / "cases.json").write_text(text)
    with pytest.raises(PairdxError, match=r"cases\.json: not cases of a page .*run `dvc repro`"):
        read_sections(tmp_path / "cases.json")
