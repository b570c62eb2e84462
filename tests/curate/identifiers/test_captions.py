import time
from itertools import pairwise

import pytest

from pairdx.curate.identifiers.captions import find_identifiers
from pairdx.curate.identifiers.kinds import Identifier, mask


def found(caption):
    return [(caption[one.start : one.end], one.kind) for one in find_identifiers(caption)]


@pytest.mark.parametrize(
    "date",
    [
        "2018-11-05",
        "2019/03/04",
        "14.3.2018",
        "12/03/2017",
        "04-25-1948",
        "12/03/17",
        "3rd March 2019",
        "14th of March, 2018",
        "09-Aug-2016",
        "5 May '18",
        "Jan 14, 2020",
        "MARCH 3rd, 2019",
        "Sept. 1, 2001",
        "2019 Mar 3",
    ],
)
def test_dates(date):
    assert found(f"CT taken on {date}, axial.") == [(date, "date")]


@pytest.mark.parametrize(
    ("caption", "value", "kind"),
    [
        ("Slides from jane.doe+lab@mail.example.org.", "jane.doe+lab@mail.example.org", "email"),
        ("Tel. +1 (415) 555-0132.", "+1 (415) 555-0132", "phone"),
        ("phone 020 7946 0958 for more", "020 7946 0958", "phone"),
        ("Call (415) 555-2671 now", "(415) 555-2671", "phone"),
        ("write to +44 20 7946 0958", "+44 20 7946 0958", "phone"),
        ("MRN 00482913, left", "00482913", "record_number"),
        ("MRN: 1234567", "1234567", "record_number"),
        ("Hospital No. A1239876.", "A1239876", "record_number"),
        ("(patient ID: 7745-22-901)", "7745-22-901", "record_number"),
        ("Accession number 20190412-0087, seen", "20190412-0087", "record_number"),
        ("NHS number 943 476 5919, thyroid", "943 476 5919", "record_number"),
        ("medical record no. 55-83-21 shows", "55-83-21", "record_number"),
        ("NHC: 445812; TAC", "445812", "record_number"),
        ("Fallnummer 20231177; CT", "20231177", "record_number"),
        ("Autopsy A15-223; heart", "A15-223", "record_number"),
        ("14 Rue des Lilas, 69003 Lyon, where", "14 Rue des Lilas, 69003 Lyon", "address"),
        ("Flat 4B, Palm Grove, Mumbai 400001.", "Flat 4B, Palm Grove, Mumbai 400001", "address"),
        ("Ulcer in J.M., a 61-year-old woman", "J.M", "name"),
        ("B.N.'s left hand after surgery", "B.N", "name"),
        ("MENSAH KWAKU 054Y M, knee", "MENSAH KWAKU", "name"),
        ("Seen by Dr. Ana Lima at Hospital Central.", "Ana Lima", "name"),
        ("A 95-y-o male", "95-y-o", "old_age"),
        ("Photo of Mr. John Miller, smiling", "John Miller", "name"),
        ("Mrs. Aiko Tanaka, 67", "Aiko Tanaka", "name"),
        ("(Mr. O'Connor) before", "O'Connor", "name"),
        ("by Prof. Jean-Luc van der Berg here", "Jean-Luc van der Berg", "name"),
        ("by Dr J. M. García.", "J. M. García", "name"),
        ("Patient name: SMITH, ROBERT J. Axial", "SMITH, ROBERT J", "name"),
    ],
)
def test_other_kinds(caption, value, kind):
    assert found(caption) == [(value, kind)]


@pytest.mark.parametrize(
    "caption",
    [
        "",
        "Survival from 2012 to 2015 (cohort of 2010-2018).",
        "Chest CT on day 14 after admission (Figure 3, case 2, patient no. 12).",
        "Cord compression at T12-L1, TR 3500 ms, TE 102 ms, 12.03 mm, p=0.0132.",
        "Antibody diluted 1:200, then 1/10/20 and 1:1000; doses of 5-10-15 mg.",
        "Hodgkin lymphoma with Reed-Sternberg cells; a Foley catheter in place.",
        "Dr. Weber's classification type B; Prof. Hodgkin lymphoma stage II.",
        "Dr. not applicable: ECG at 25 mm/s, 10 mm/mV.",
        "MRD 0.0001; HC 45.2500; autopsy 2010-2015; CBIS-DDSM case 12345-1, file 44521.",
        "A 30-year-old Javanese woman; aged 90 days; Tethered Chlorophanus walking.",
        "A 45-year-old man; x400; Ki-67 of 20 %; 3.0 T; L4/5; 120/80 mmHg; 5 May show it.",
    ],
)
def test_what_identifies_nobody_is_left(caption):
    assert found(caption) == []


def test_spans_are_sorted_and_do_not_overlap():
    caption = "Accession number 2019-04-12, Dr. Ada Byron, a@b.org, 01/02/2003, Tel. 555-123-4567"
    spans = find_identifiers(caption)
    assert [one.kind for one in spans] == ["record_number", "name", "email", "date", "phone"]
    assert all(left.end <= right.start for left, right in pairwise(spans))


def test_mask_replaces_only_the_kinds_asked_for():
    caption = "Mr. Miller on 2019-03-04, Ms. Tanaka"
    spans = find_identifiers(caption)
    assert mask(caption, spans, ["name"]) == "Mr. [name] on 2019-03-04, Ms. [name]"
    assert mask(caption, spans, ["date", "name"]) == "Mr. [name] on [date], Ms. [name]"
    assert mask(caption, [Identifier(0, 3, "name")], []) == caption
    assert find_identifiers(mask(caption, spans, ["date", "name"])) == []


PIECES = [
    "a", "1", "1-", "12 ", "Mr. Abc ", "A. ", "a@", "+1 ", "Jan 1 ", "Emma K. ", "patient Abc ",
    "no. 1234 ", "Abc^", "ABC, ", "<b>", "&#65;", "<a href=", "e\u0301", "\u202e", "\u738b",
    "99 ", "12 Abc Street ", "1 Rue de la Abc ", "https://a.com/", "a.b@c.", "Name: ", "MRN: ",
    "de la ", "A.B.C.",
]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES)
def test_time_is_linear_in_the_length(piece):
    start = time.process_time()
    find_identifiers(piece * (100_000 // len(piece)))
    assert time.process_time() - start < 2  # 0.02 to 0.4 s; a square would take minutes


@pytest.mark.parametrize(
    ("caption", "number"),
    [
        ("Radiograph, MRN 4455667. Similar cases are in a public database.", "4455667"),
        ("MRI of the knee. Hospital No. 445566 (rID: 5).", "445566"),
        ("CT, patient ID 4455667, as in the image repository.", "4455667"),
    ],
)
def test_a_data_set_beside_it_does_not_make_a_patient_s_number_public(caption, number):
    assert (number, "record_number") in [
        (text[-len(number) :], kind) for text, kind in found(caption)
    ]
