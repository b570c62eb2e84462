# ruff: noqa: RUF001
import pytest

from pairdx.curate.identifiers.captions import find_identifiers
from pairdx.curate.identifiers.kinds import mask
from pairdx.curate.identifiers.text import fold


def found(caption):
    return [(caption[one.start : one.end], one.kind) for one in find_identifiers(caption)]


@pytest.mark.parametrize(
    ("caption", "text"),
    [
        ("plain", "plain"),
        ("Ｍｒ．　Ｍｉｌｌｅｒ", "Mr. Miller"),
        ("José, Łukasz, Jose\u0301", "Jose, Lukasz, Jose"),
        ("٢٠١٩", "2019"),
        ("a\u200bb\u00adc\x00d\te", "abcd e"),
        ("10² cells", "10² cells"),
        ("p<0.05 &amp; x>3", "p<0.05 & x>3"),
        ("<b>Ada</b><br/>Byron &#65;&nbsp;B", "Ada Byron A B"),
    ],
)
def test_a_caption_is_read_as_it_looks(caption, text):
    assert fold(caption).text == text


@pytest.mark.parametrize(
    ("caption", "identifiers"),
    [
        ("ＭＲＮ：００４８２９１３, left", [("００４８２９１３", "record_number")]),
        ("Taken ١٢/٠٣/٢٠١٧ here", [("١٢/٠٣/٢٠١٧", "date")]),
        ("Мr. Jоhn Мiller smiles", [("Jоhn Мiller", "name")]),  # Cyrillic letters
        ("Mr. Jo\u200bhn Mi\u00adller smiles", [("Jo\u200bhn Mi\u00adller", "name")]),
        ("\u202eMr. Ada Byron\u202c smiles", [("Ada Byron", "name")]),
        ("<i>Mr. Ada</i> <b>Byron</b>, CT", [("Ada</i> <b>Byron", "name")]),
        ("jane.doe&#64;example.org", [("jane.doe&#64;example.org", "email")]),
        ('<a href="mailto:j.doe@example.org">x</a>', [("j.doe@example.org", "email")]),
        ("Dr. Jose\u0301 Nun\u0303ez operated", [("Jose\u0301 Nun\u0303ez", "name")]),
        ("Mr. Rene\u0301", [("Rene\u0301", "name")]),
        ("صورة: Mr. Ada Byron صورة", [("Ada Byron", "name")]),
        ("CT 2019年3月4日", [("2019年3月4日", "date")]),
        ("姓名：王伟 CT", [("王伟", "name")]),
        ("Пациент: Иван Петров, КТ", [("Иван Петров", "name")]),
    ],
)
def test_spans_are_those_of_the_caption_as_it_came(caption, identifiers):
    assert found(caption) == identifiers


def test_a_mask_takes_the_accent_with_its_letter():
    caption = "Mr. Rene\u0301 and Mrs. Zoe\u0308, ＭＲＮ ００４８２９１３"
    masked = mask(caption, find_identifiers(caption), ["name", "record_number"])
    assert masked == "Mr. [name] and Mrs. [name], ＭＲＮ [number]"
