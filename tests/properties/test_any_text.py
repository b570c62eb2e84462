"""Captions: tokens, their ids, and what is masked in them."""

import string

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pairdx.curate.identifiers.captions import find_identifiers
from pairdx.curate.identifiers.kinds import KINDS, OLDEST, Identifier, generalise_age, mask
from pairdx.pairs.text import FIRST_WORD, PADDING, UNKNOWN, Vocabulary, coverage, tokenize

TEXT = st.text(st.characters(codec="utf-8"), max_size=60)
# Parts of captions that look like what is masked, among any text.
PARTS = [
    *("Mr. Miller", "Dr. A. Weiß", "12/03/2019", "March 3rd, 2019", "MRN 00482913"),
    *("a.b@c.org", "https://x.org/?q=1", "+41 44 555 12 34", "a 94-year-old", "CT", "Fig. 3"),
    *("5 mg", "T2-weighted", "don't", ", ", " ", "\n", "(", "2019", "«", "۱۲/۰۳/۲۰۱۹"),
]
CAPTIONS = st.lists(st.one_of(st.sampled_from(PARTS), TEXT), max_size=8).map(" ".join)


@given(CAPTIONS)
def test_tokens_are_bare_lower_case_and_stay_what_they_are(caption):
    tokens = tokenize(caption)
    for token in tokens:
        assert token
        assert token == token.strip(string.punctuation)
        assert not any(character.isspace() for character in token)
    again = tokenize(" ".join(tokens))
    assert again == tokens
    assert coverage([caption], tokens) == float(bool(tokens))


@given(
    st.lists(CAPTIONS, max_size=4),
    st.lists(st.sampled_from([t for part in PARTS for t in tokenize(part)]), unique=True),
    st.integers(1, 12),
)
def test_ids_are_words_then_padding(captions, words, length):
    ids = Vocabulary(tuple(words), length).ids(captions)
    assert ids.shape == (len(captions), length)
    assert ids.dtype == np.int64
    for caption, row in zip(captions, ids.tolist(), strict=True):
        tokens = tokenize(caption)[:length]
        known = [FIRST_WORD + words.index(t) if t in words else UNKNOWN for t in tokens]
        known = known or [UNKNOWN]
        assert row == known + [PADDING] * (length - len(known))


@given(CAPTIONS)
def test_what_is_found_lies_in_the_caption_and_does_not_overlap(caption):
    found = find_identifiers(caption)
    ends = [0, *(one.end for one in found)]
    for before, one in zip(ends, found, strict=False):
        assert before <= one.start < one.end <= len(caption)
        assert one.kind in KINDS
    assert find_identifiers(caption) == found


@given(CAPTIONS, st.sets(st.sampled_from(KINDS)))
def test_what_is_masked_goes_and_all_else_stays(caption, kinds):
    found = find_identifiers(caption)
    masked = mask(caption, found, kinds)
    gone = [one for one in found if one.kind in kinds]
    if not gone:
        assert masked == caption
        return
    at = 0
    kept = []
    for one in gone:
        kept.append(caption[at : one.start])
        at = one.end
    kept.append(caption[at:])
    assert masked.startswith(kept[0])
    assert masked.endswith(kept[-1])
    left = masked
    for piece in kept:  # in this order
        assert piece in left
        left = left[left.index(piece) + len(piece) :]


@given(st.sampled_from(["12/03/2019", "a.b@c.org", "MRN 00482913", "Mr. Miller"]), TEXT, TEXT)
def test_a_plain_identifier_among_any_text_is_found(secret, before, after):
    """Parted from it by line ends, which no rule reads across."""
    caption = f"{before}.\n\n{secret}\n\n{after}"
    at = len(before) + 3
    spans = [(one.start, one.end) for one in find_identifiers(caption)]
    inside = at + len(secret) - 1
    assert any(start <= inside < end for start, end in spans), spans


@given(st.one_of(st.none(), st.floats(0, 130)))
def test_ages_over_89_are_one(age):
    general = generalise_age(age)
    assert general == (age if age is None or age < OLDEST else OLDEST)
    assert generalise_age(general) == general


@given(TEXT, st.lists(st.tuples(st.integers(0, 59), st.integers(1, 9))))
def test_spans_given_in_any_order_are_masked_alike(caption, spans):
    taken, found = 0, []
    for start, length in sorted(spans):
        if start >= taken and start + length <= len(caption):
            found.append(Identifier(start, start + length, "name"))
            taken = start + length
    assert mask(caption, found, KINDS) == mask(caption, found[::-1], KINDS)
    assert mask(caption, found, KINDS).count("[name]") >= len(found)
