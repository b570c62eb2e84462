"""No modality word is ever masked, and no abbreviation is taken for a person."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from marked_captions import read_set

from pairdx.curate.identifiers.abbreviations import ABBREVIATIONS, MODALITIES, spare
from pairdx.curate.identifiers.captions import find_identifiers
from pairdx.curate.identifiers.kinds import KINDS, mask
from pairdx.evidence.shortcut.modality_words import modality_words

SHARED = Path(__file__).parents[4] / "shared" / "pii"
WORDS = modality_words()
FRAMES = [
    "Initial {} of the head.",
    "Initials {}.",
    "Initial {} and follow-up {} at 6 months.",
    "{} of Mr",
    "{} of Mr. Ada Byron, {} of the chest",
    "Lt {}, Rt {}.",
    "Dr {} and Mr. {}",
    "Patient: {}",
    "Patient name: {}, axial",
    "Name: Ada Byron {}",
    "{} 12, 2019",
    "Patient ID: {} 1234567",
    "MRN 1234567 {}",
    "Ada Byron, {}, 54 years",
    "Her mother {}, aged 40",
    "{}, a 54-year-old man",
    "SMITH, JOHN {}",
    "Courtesy of {}",
]


def masked(caption):
    return mask(caption, find_identifiers(caption), KINDS)


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("case", [str, str.upper, str.lower, str.title])
def test_no_modality_word_is_masked_in_any_frame(frame, case):
    for word in map(case, WORDS):
        caption = frame.replace("{}", word)
        dated = "12, 2019" in frame and word in ("Oct", "oct")  # which is a month
        assert dated or masked(caption).count(word) == caption.count(word), caption


def captions():
    sets = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"]
    yield from (caption for name in sets for caption, _ in read_set(name))
    for path in (SHARED / "captions.csv", SHARED / "real_captions.csv"):
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as file:
                yield from (row["caption"] for row in csv.DictReader(file))


def test_no_modality_word_is_masked_in_any_caption_of_the_sets():
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, WORDS))})(?!\w)")
    for caption in captions():
        assert Counter(pattern.findall(masked(caption))) == Counter(pattern.findall(caption))


@pytest.mark.parametrize(
    "caption",
    [
        "Lt BCA and Rt BCA; ICA, ECA; Lt VA.",
        "Patient MPS VI, lateral view; sister MPS II.",
        "Initial NP swab; initial BP 120/80; initial LP, initial TSH.",
        "CHEST^ROUTINE and CT^HEAD in the header.",
        "London: John Murray, 1872; Centre Georges Pompidou, Paris.",
        "Mr. Greengenes, a cloned cat; Mr. Blobby sign.",
        "Mammogram of DDSM, volume cancer_07, case A-1171-1, and image 22613702 of INbreast.",
    ],
)
def test_abbreviations_publishers_and_data_sets_are_nobody(caption):
    assert find_identifiers(caption) == []


def test_every_modality_word_is_known_here():
    parts = {part for word in WORDS for part in re.split(r"[\s-]+", word.lower())}
    assert parts - MODALITIES <= {"x", "ray", "t1", "t2", "weighted"}
    assert MODALITIES <= ABBREVIATIONS


def test_what_is_spared_is_at_the_edge():
    assert spare("CT SMITH, MRI", (0, 13), "name") == (3, 8)
    assert spare("initials CT", (9, 11), "name") is None
    assert spare("SMITH^JOHN^DR", (0, 13), "name") == (0, 13)  # a title
    assert spare("Oct 12, 2019", (0, 12), "date") == (0, 12)
    assert spare("OCT 12, 2019", (0, 12), "date") == (4, 12)


@pytest.mark.parametrize(
    "caption",
    [
        "Name: LE VAN MINH",
        "Mr. Smith, a sheep farmer with a hydatid cyst.",
        "Patient Ana Cole, the calf was swollen.",
        "Mr. Hyde, 54, MRI.",
        "Name: Susan Bean",
        "Photo of Mr. John Bean, 54.",
        "Patient name: LE THI HOA",
        "Patient LI NA, 45",
        "Patient: NA RA KIM",
    ],
)
def test_a_name_that_is_also_something_else_is_a_name(caption):
    assert [one.kind for one in find_identifiers(caption)] == ["name"]
