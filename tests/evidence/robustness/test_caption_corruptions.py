"""Typing errors and cut ends, against what a person would count."""

import numpy as np
import pytest

from pairdx.evidence.robustness.caption_corruptions import corrupt, mistype, truncate

CAPTION = "Axial CT of  the chest, showing a 3 cm mass."  # ten words
LONG = " ".join(["abnormality"] * 4000)


def typed(caption, share, seed=0):
    return mistype(caption, share, np.random.default_rng(seed))


@pytest.mark.parametrize(
    ("share", "left"),
    [
        (0.8, "Axial CT of  the chest, showing a 3"),
        (0.25, "Axial CT of"),  # 2.5 words, rounded up
        (0.1, "Axial"),
        (0.01, "Axial"),
        (1.0, CAPTION),
    ],
)
def test_the_first_words_are_left(share, left):
    assert truncate(CAPTION, share) == left


def test_a_share_is_not_rounded_up_by_floating_point():
    assert truncate("a b c d e", 0.6) == "a b c"
    assert truncate(" ".join("abcdefghij"), 0.7) == "a b c d e f g"


@pytest.mark.parametrize("caption", ["", " ", "\n"])
def test_nothing_stays_nothing(caption):
    assert truncate(caption, 0.5) == typed(caption, 1.0) == caption


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5])
def test_the_share_of_words_is_met(share):
    words = typed(LONG, share).split(" ")
    assert len(words) == 4000
    wrong = sum(word != "abnormality" for word in words)
    assert wrong / 4000 == pytest.approx(share, abs=0.02)


def test_each_way_occurs_and_changes_one_letter():
    words = set(typed(LONG, 1.0).split(" "))
    lengths = {len(word) - len("abnormality") for word in words}
    assert lengths == {-1, 0, 1}
    for word in words:
        if len(word) == 11:  # two neighbours have changed places
            differ = [k for k in range(11) if word[k] != "abnormality"[k]]
            first, second = differ
            assert second == first + 1
            assert sorted(word) == sorted("abnormality")
    assert "abnormality" not in words


def test_short_words_numbers_and_spaces_stay():
    text = "a 3 12.5 -- I\n x"
    assert typed(text, 1.0) == text
    assert [piece for piece in typed(CAPTION, 1.0) if piece.isspace()] == [
        piece for piece in CAPTION if piece.isspace()
    ]


def test_two_equal_letters_are_still_mistyped():
    assert all(typed("aa", 1.0, seed) in ("a", "aaa") for seed in range(20))


def test_a_word_wrong_at_a_severity_stays_so_at_higher_ones():
    plain = LONG.split(" ")[:300]
    weaker = None
    for severity in (1, 2, 3, 4, 5):
        generator = np.random.default_rng(5)
        words = corrupt(" ".join(plain), "typos", severity, generator).split(" ")
        if weaker is not None:
            assert all(
                new == old for new, old in zip(words, weaker, strict=True) if old != plain[0]
            )
        weaker = words
    assert corrupt(CAPTION, "truncation", 5, np.random.default_rng(0)) == "Axial"
