"""The page of explained cases: heat where the map says, words shaded, text escaped."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image
from releases import encode

from pairdx.evidence.explanation.explain import ImageMap, WordWeights
from pairdx.evidence.explanation.heat_map import overlay, seen_part
from pairdx.evidence.explanation.page import lay_out, shaded
from pairdx.evidence.explanation.page import page as page_of
from pairdx.evidence.explanation.study import Case
from pairdx.models.common.explainable import Reading
from pairdx.pairs.images import ImageInput
from pairdx.pairs.store import Pairs

GREY = Image.new("RGB", (40, 20), (100, 100, 100))
RIGHT_HALF = np.array([[-3.0, 2.0], [0.0, 2.0]])


def warmth(image):
    """How much redder than blue each pixel is."""
    pixels = np.asarray(image.convert("RGB")).astype(int)
    return pixels[..., 0] - pixels[..., 2]


def test_heat_lies_where_the_map_is_above_zero():
    drawn = overlay(GREY, RIGHT_HALF, "squash")
    assert drawn.size == GREY.size
    heat = warmth(drawn)
    assert heat[:, 32:].min() > 80
    np.testing.assert_array_equal(heat[:, :8], 0)


@pytest.mark.parametrize("values", [np.zeros((2, 2)), -np.ones((3, 3))])
def test_a_map_without_evidence_leaves_the_image_as_it_is(values):
    np.testing.assert_array_equal(np.asarray(overlay(GREY, values, "squash")), np.asarray(GREY))


@pytest.mark.parametrize(
    ("size", "resize", "part"),
    [
        ((40, 20), "squash", (0, 0, 40, 20)),
        ((40, 20), "shortest", (10, 0, 30, 20)),
        ((20, 40), "shortest", (0, 10, 20, 30)),
        ((40, 20), "longest", (0, -10, 40, 30)),
        ((30, 30), "longest", (0, 0, 30, 30)),
    ],
)
def test_what_a_square_shows_of_an_image(size, resize, part):
    assert seen_part(size, resize) == part


def test_heat_lies_inside_what_the_model_saw():
    heat = warmth(overlay(GREY, np.ones((2, 2)), "shortest"))
    np.testing.assert_array_equal(heat[:, :10], 0)
    np.testing.assert_array_equal(heat[:, 30:], 0)
    assert heat[:, 10:30].min() > 20


def test_words_are_shaded_by_their_share_of_the_strongest():
    pieces = shaded("A  mass, -- of", np.array([0.1, -0.4, 0.0]))
    assert pieces == [
        ("A", 0.25),
        (" ", 0.0),
        ("mass,", -1.0),
        (" ", 0.0),
        ("--", 0.0),  # no word
        (" ", 0.0),
        ("of", 0.0),
    ]


def test_words_that_are_not_read_stay_plain():
    assert shaded("one two three", np.array([0.5])) == [
        ("one", 1.0),
        (" ", 0.0),
        ("two", 0.0),
        (" ", 0.0),
        ("three", 0.0),
    ]
    assert shaded("one two", np.zeros(2)) == [("one", 0.0), (" ", 0.0), ("two", 0.0)]
    assert shaded("", np.zeros(0)) == []


def weighed(words, weights, kinds=("occlusion",)):
    reading = Reading(words, lambda gone: np.zeros((len(gone), 6)))
    return WordWeights(5, 0.7, reading, {kind: np.array(weights) for kind in kinds})


def page(caption, words, weights):
    pairs = Pairs(["p<1>"], ["a"], ["c"], ["f"], ["chart"], [caption], [encode(GREY)])
    case = Case(
        0,
        {
            "fusion": ImageMap(0, 0.91, RIGHT_HALF),
            "pairdx_clip": ImageMap(5, 0.4, -(RIGHT_HALF**2)),
        },
        {"caption_only": weighed(words, weights)},
        {"fusion": (0.5, -0.25)},
    )
    kinds = {"right": [], "wrong": [], "disputed": [case]}
    inputs = {"fusion": ImageInput(32), "pairdx_clip": ImageInput(32, resize="shortest")}
    return page_of(lay_out(kinds, pairs, inputs, 32))


def test_a_case_is_shown_whole():
    html = page("Mass <b>here", ["mass", "b>here"], [0.2, -0.1])
    assert re.findall(r"<h2>(.*?)</h2>", html) == ["Right", "Wrong", "Disputed"]
    assert html.count("There is no such case.") == 2
    assert "<b>" not in html
    assert "&lt;b&gt;here" in html
    assert "p&lt;1&gt;" in html
    assert re.findall(r'<mark class="([\w-]+)"', html) == ["for-5", "against-2"]
    said = re.findall(r"<figcaption>(.*?)</figcaption>", html)
    assert said == [
        "the image",
        "fusion: chart",
        "pairdx_clip: radiology: no evidence for it anywhere",
    ]
    assert "chart, 0.91: right" in html
    assert "radiology, 0.40: wrong" in html
    facts = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html)
    assert ("fusion, image", "+0.50") in facts
    assert ("fusion, caption", "-0.25") in facts
    assert "<script" not in html


def test_each_explanation_has_its_line_and_linear_terms_stand_alone():
    network, linear = (
        weighed(["mass"], [0.5], kinds)
        for kinds in (("occlusion", "attention"), ("occlusion", "linear"))
    )
    pairs = Pairs(["p"], ["a"], ["c"], ["f"], ["chart"], ["Mass"], [encode(GREY)])
    case = Case(0, {}, {"fusion": network, "tfidf": linear}, {})
    html = page_of(lay_out({"right": [case]}, pairs, {}, 32))
    heads = re.findall(r"(\w+, [\w ]+): radiology", html)
    assert heads == ["fusion, occlusion", "fusion, attention", "tfidf, linear terms"]


def test_its_pictures_carry_the_heat():
    html = page("Mass", ["mass"], [0.2])
    uris = re.findall(r'src="data:image/webp;base64,([^"]+)"', html)
    plain, fusion, clip = (Image.open(io.BytesIO(base64.b64decode(uri))) for uri in uris)
    assert plain.size == fusion.size == (32, 16)
    assert np.abs(warmth(plain)).max() < 12  # WebP is lossy
    assert warmth(fusion)[:, 26:].mean() > 60
    assert np.abs(warmth(clip)).max() < 12


def test_a_case_without_a_caption_says_so():
    assert "no caption" in page("", [], [])
    assert ">...</p>" in page("...", [], [])


def test_shades_tell_how_strong_the_strongest_is():
    assert "caption_only, occlusion: radiology (strongest -0.40)" in page(
        "a b", ["a", "b"], [0.1, -0.4]
    )
