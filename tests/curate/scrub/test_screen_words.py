import pytest

from pairdx.curate.scrub.screen_words import find_in_words

# Colour and light of a picture of each sort, as measured on real ones.
LOOKS = {
    "chart": (8, 0.85),
    "paper": (30, 0.8),  # an electrocardiogram
    "grey": (0, 0.16),  # a radiograph
    "scene": (98, 0.02),  # an endoscope's, an eye's, a photograph
}


def word(text, left=10, top=10, confidence=0.9, height=12):
    width = max(6, 6 * len(text))
    return {
        "left": left,
        "top": top,
        "right": left + width,
        "bottom": top + height,
        "text": text,
        "confidence": confidence,
    }


def find(words, look, min_confidence=0.5):
    colour, light = LOOKS[look]
    facts = {"words": words, "colour": colour, "light": light}
    return find_in_words(facts, min_confidence)


def kinds(text, look, **how):
    return [region.kind for region in find([word(text, **how)], look) if region.sure]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("13/02/2018", "date"),
        ("2018-02-13", "date"),
        ("13.02.2018", "date"),
        ("20180213", "date"),
        ("12-MAR-1965", "date"),
        ("12MAR15", "date"),
        ("Mar 12, 2015", "date"),
        ("19/03/201", "date"),  # the last digit was not read
        ("DOB 1996-02-12", "date"),
        ("DOB1996-02-12", "date"),
        ("D.O.B.: 12 03 56", "date"),
        ("10:32:45", "date"),
        ("10:32 AM", "date"),
        ("ID: 969626", "record_number"),
        ("ID969626", "record_number"),
        ("MRN 00482913", "record_number"),
        ("Acc: 20345-77", "record_number"),
        ("Hosp No. 445566", "record_number"),
        ("100045678", "record_number"),
        ("SMITH, JOHN", "name"),
        ("SMITH^JOHN", "name"),
        ("OKONKWO, ADAEZE M.", "name"),
        ("LINDQVIST TOBIAS", "name"),
        ("LINDQVISTTOBIAS", "name"),
        ("LINDOVISTTOBIAS", "name"),  # Q was read as O
        ("Name: Ng Wei", "name"),
        ("Patient: J Miller", "name"),
        ("Dr. Kowalski", "name"),
        ("DR. KOWALSKI", "name"),
        ("John Smith", "name"),
        ("CITY GENERAL HOSPITAL", "overlay"),
        ("University of Somewhere", "overlay"),
        ("Tel 555-123-4567", "contact"),
        ("a.byron@example.org", "contact"),
    ],
)
@pytest.mark.parametrize("look", LOOKS)
def test_identifiers_of_every_picture(text, kind, look):
    assert kinds(text, look) == [kind]


STAYS = """
    aVR|aVL|V1|III|R|L|LEFT|AP PORTABLE|APORTABLE|CHEST PORTABLE|SUPINE|LEFT LATERAL DECUBITUS
    RIGHTLATERALDECUBITUS|NORMAL SINUS RHYTHM|NORMALSINUSRHYTHM|25 mm/s 10 mm/mV|0.05-150 Hz
    Vent. rate 72 BPM|PR interval 162 ms|QT/QTc 380/412 ms|5 mm|10 cm|120 kV 200 mA|W 400 L 40
    Se: 4|Im: 12/48|TR 2000 TE 30|x40|100 um|A|(b)|polyp|Metacarpophalangeal|Interphalangeal joints
    Soft palate, uvula|OLYMPUS|EVIS LUCERA|QRS complex|Stage 2|p < 0.001|54/430|1:100|T12|2.5|H&E
    FETAL HEAD|54 %|FR 28Hz|Left Ventricle|MI 1.2 TIs 0.6|ISO 400
    MR SPINE|DR CHEST|MR ENTEROGRAPHY|T2 120 ms Delay|ms after onset|clinic|SINUS TACHYCARDIA
"""


@pytest.mark.parametrize("look", sorted(set(LOOKS) - {"scene"}))
@pytest.mark.parametrize("text", [t for line in STAYS.split("\n") for t in line.strip().split("|")])
def test_what_belongs_to_the_picture_stays(text, look):
    assert kinds(text, look) == []


@pytest.mark.parametrize(
    "text",
    ["50 70 90100110", "2005040 30 2010", "J. Miller", "Non-Clinical"],
)
@pytest.mark.parametrize("look", sorted(set(LOOKS) - {"scene"}))
def test_what_may_stand_on_an_axis_stays(text, look):
    assert kinds(text, look) == []


@pytest.mark.parametrize("look", ["chart", "paper"])
def test_three_dates_in_print_are_for_a_person_to_look_at(look):
    dates = [word(f"{day}/02/2018", left=100 * day) for day in (1, 2, 3)]
    assert [(region.kind, region.sure) for region in find(dates, look)] == [("date", False)] * 3
    assert all(region.sure for region in find(dates[:2], look))
    birth = word("DOB 12/03/1956", top=80)
    assert [region.sure for region in find([*dates, birth], look)] == [False, False, False, True]
    assert all(region.sure for region in find(dates, "grey"))


TABLE = [
    *("Nausea, vomiting", "VASODILATORS", "Earache, possible", "Conjunctiva, purulent"),
    *("Dipstick, urine", "COMMUNITY CLINIC", "100045678"),
]


def test_in_a_printed_table_nothing_is_guessed():
    words = [word(text, top=30 * row) for row, text in enumerate([*TABLE, "Name: A. Byron"])]
    assert [region.top for region in find(words, "chart")] == [210]
    assert len(find(words, "grey")) == len(words)
    assert find(words[1:2], "chart")[0].sure  # by itself it may be a name


def test_in_print_a_colon_joins_and_nothing_else():
    words = [word("Patients", left=10), word("Platelets", left=68)]
    assert find(words, "chart") == []
    words = [word("Name:", left=10), word("Ng Wei", left=48)]
    assert [region.kind for region in find(words, "chart")] == ["name", "name"]


def test_what_is_hard_to_read_is_for_a_person_to_look_at():
    (region,) = find([word("13/02/2018", confidence=0.4)], "grey")
    assert not region.sure


def test_a_trace_that_was_taken_for_a_name():
    (region,) = find([word("MIANLOMUAAL", confidence=0.68)], "paper")
    assert not region.sure
    (region,) = find([word("Name: Ng Wei", confidence=0.68)], "paper")
    assert region.sure


def test_the_box_is_wider_than_what_was_read():
    (region,) = find([word("13/02/2018", left=40, top=50)], "grey")
    assert (region.left, region.top, region.right, region.bottom) == (28, 50, 112, 62)


def test_a_field_and_its_value_in_two_regions():
    words = [word("Name:", left=10), word("Ng Wei", left=48), word("PORTABLE", left=200)]
    regions = find(words, "grey")
    assert [(region.kind, region.left) for region in regions] == [("name", 0), ("name", 36)]


def test_a_recorder_s_whole_block_goes_and_what_is_far_from_it_stays():
    texts = ["Sax:", "D.O.R.:", "73/0577014", "09:07:33", "CVP:9", "Eh:A3"]
    block = [word(text, top=90 + 14 * row) for row, text in enumerate(texts)]
    words = [*block, word("polyp", left=200, top=250), word("A", left=0, top=0)]
    regions = find(words, "scene")
    assert [region.top for region in regions] == [90, 104, 118, 132, 146, 160]
    assert {region.kind for region in regions} == {"date", "overlay"}
    assert find([words[2]], "grey") == []


def test_a_line_of_the_block_goes_even_if_it_could_not_be_read():
    words = [word("13/02/2018", top=100), word("#/?", top=114, confidence=0.2)]
    assert [region.sure for region in find(words, "scene")] == [True, True]
    unread = [word("11:1", confidence=0.2), word("glare", top=24, confidence=0.3)]
    assert [region.sure for region in find(unread, "scene")] == [False]


def test_what_was_read_unsurely_in_a_block_keeps_its_kind():
    words = [
        word("CVP:1", top=100),
        word("12/03/2019", top=114, confidence=0.3),
        word("Smith, Anna", top=128, confidence=0.3),
    ]
    regions = find(words, "scene")
    assert [(region.kind, region.sure) for region in regions] == [
        ("overlay", True),
        ("date", True),
        ("name", True),
    ]


def test_a_ruler_s_marks_are_no_number():
    assert kinds("111", "scene") == []


def test_parts_of_a_date_that_the_picture_s_edge_cut():
    for text in ("02/2012", "/09/7013", "2012", "0317015", "D1/2013", "<00:12:05>"):
        assert kinds(text, "scene") in (["date"], ["record_number"]), text
