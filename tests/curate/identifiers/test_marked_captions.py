"""Our own captions: each set was committed before the rules had read it, and is frozen since."""

import csv
import json
from pathlib import Path

import pytest
from marked_captions import covers, parse, read_set, score

from pairdx.curate.identifiers.captions import find_identifiers
from pairdx.curate.identifiers.kinds import Identifier

SHARED = Path(__file__).parents[4] / "shared" / "pii"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/pii is not there")


@pytest.mark.parametrize(
    ("name", "spans", "hits", "clean"),
    [
        ("first", 79, 79, 66),
        ("second", 76, 76, 56),
        ("third", 47, 47, 25),
        ("fourth", 20, 12, 20),  # names with nothing around them: what rules cannot tell
        ("fifth", 50, 49, 40),
        ("sixth", 42, 42, 15),
    ],
)
def test_own_captions(name, spans, hits, clean):
    result = score(read_set(name))
    assert result == {"spans": spans, "hits": hits, "vain": 0, "flagged": 0, "clean": clean}


def test_three_sets_keep_what_rules_do_not_tell():
    seventh, eighth, ninth = (score(read_set(name)) for name in ("seventh", "eighth", "ninth"))
    assert seventh == {"spans": 37, "hits": 35, "vain": 1, "flagged": 1, "clean": 14}
    assert eighth == {"spans": 38, "hits": 38, "vain": 2, "flagged": 1, "clean": 9}
    assert ninth == {"spans": 29, "hits": 26, "vain": 0, "flagged": 0, "clean": 10}


@needs_shared
def test_real_captions_lose_no_identifier_and_gain_no_false_one():
    with (SHARED / "real_captions.csv").open(encoding="utf-8", newline="") as file:
        captions = {row["id"]: row["caption"] for row in csv.DictReader(file)}
    found = {
        id_: [caption[one.start : one.end] for one in find_identifiers(caption)]
        for id_, caption in captions.items()
    }
    with (SHARED / "real_flags.csv").open(encoding="utf-8", newline="") as file:
        flags = list(csv.DictReader(file))
    missed = [
        flag
        for flag in flags
        if flag["judgement"] == "true"
        and not any(flag["span"].rstrip(".") in span for span in found[flag["id"]])
    ]
    false = [flag for flag in flags if flag["judgement"] == "false" and found[flag["id"]]]
    assert missed == []
    assert len(false) <= 3
    assert sum(map(len, found.values())) <= 15 + 13 + 15  # true, dates new since, public persons


def test_what_is_missed_and_what_is_found_in_vain_is_counted():
    captions = [parse("Seen by {name|Ada Byron}."), parse("A clean line.")]
    nothing = score(captions, lambda caption: [])
    assert nothing == {"spans": 1, "hits": 0, "vain": 0, "flagged": 0, "clean": 1}
    first_letter = score(captions, lambda caption: [Identifier(0, 1, "name")])
    assert first_letter == {"spans": 1, "hits": 0, "vain": 2, "flagged": 1, "clean": 1}


@needs_shared
def test_every_identifier_of_the_shared_set_is_found_and_no_clean_caption_flagged():
    with (SHARED / "captions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        caption, found = row["caption"], find_identifiers(row["caption"])
        texts = json.loads(row["spans"])
        assert bool(found) == bool(texts), caption
        for text in texts:
            start = caption.index(text)
            assert covers(found, start, start + len(text), caption), (text, caption)


@needs_shared
def test_no_eponym_is_flagged():
    eponyms = (SHARED / "eponyms.txt").read_text(encoding="utf-8").split("\n")
    frames = [
        "CT in a patient with {}.",
        "Photograph of {} (arrow).",
        "{} in a 45-year-old woman.",
        "The patient, {}, before treatment.",
        "MRI of {} with contrast; {}, aged 40 years.",
    ]
    for eponym in filter(None, eponyms):
        for frame in frames:
            assert find_identifiers(frame.replace("{}", eponym)) == [], (frame, eponym)
