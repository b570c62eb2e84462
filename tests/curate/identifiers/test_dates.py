"""The grammar of dates: every order, separator, ordinal and range; and dates that are nobody's."""

import pytest

from pairdx.curate.identifiers.captions import find_identifiers
from pairdx.curate.identifiers.public_dates import DatedText


def dates(caption):
    return [caption[one.start : one.end] for one in find_identifiers(caption) if one.kind == "date"]


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("Chest CT (16th August) before steroids.", ["16th August"]),
        ("CT on 3rd March.", ["3rd March"]),
        ("CT on Nov 30h, 2020 (after).", ["Nov 30h, 2020"]),
        ("Chest CT from October 2010 shows it.", ["October 2010"]),
        ("Taken March 3-5, 2019.", ["March 3-5, 2019"]),
        ("Between 12th and 19th April 2018 it grew.", ["12th and 19th April 2018"]),
        ("From 30 March to 2 April 2018 in our patient.", ["30 March to 2 April 2018"]),
        ("Wounds (4/2/21), then (11/2/21).", ["4/2/21", "11/2/21"]),
        ("CT scan from 9/25/13 showing", ["9/25/13"]),
        ("CT 12.5.19 and 20.5.19.", ["12.5.19", "20.5.19"]),
        ("Films (12-03-2019 to 18-03-2019).", ["12-03-2019 to 18-03-2019"]),
        ("Gastroscopy 14.08. and 21.08.2018:", ["14.08. and 21.08.2018"]),
        ("05MAR2022, 5-Mar-18 and Mar/5/2018", ["05MAR2022", "5-Mar-18", "Mar/5/2018"]),
        ("le vendredi 13 janvier 2017 with", ["vendredi 13 janvier 2017"]),
        ("the twenty-first of June, 2011, the wound", ["the twenty-first of June, 2011"]),
        ("(A) June 2017; (B) Jan '18; (C) in 07/2019", ["June 2017", "Jan '18", "07/2019"]),
        ("He returned in autumn 2016 and in late March.", ["autumn 2016", "March"]),
        ("Chest X-ray: Tuesday, 8 October, the day", ["Tuesday, 8 October"]),
        ("2019년 3월 12일, 2019. 3. 14", ["2019년 3월 12일", "2019. 3. 14"]),
        ("OCT, 5 May 2019, and OCT 12, 2019.", ["5 May 2019", "12, 2019"]),
        ("All rights ©. CT of 3 March 2019; © 5 May 2019.", ["3 March 2019"]),
    ],
)
def test_dates_are_found_in_every_form(caption, expected):
    assert dates(caption) == expected


@pytest.mark.parametrize(
    "caption",
    [
        "Muscle strength 4/5, murmur 2/6, acuity 20/40, dilution 1/12, Apgar 9/10/10.",
        "Blurring may result; a long march 3 times; In March fracture; 5 May show it.",
        "May-Hegglin anomaly, August Bier block, Oct-4, SEPT9, MARCH1, OCT 2010.",
        "Anti-CD3 (1/2000), anti-CD20 (1/1000).",
        "Ratio 1/2/3, doses 10/20/30 mg, frames 12/25/50, sizes 10/12/14.",
        "Patients enrolled from May 2015 to June 2018.",
        "Confirmed cases by week of onset, 1 February to 30 April 2020.",
        "Search of PubMed, last search on 30 June 2021; accessed 3 April 2022.",
        "Pediatrics 136 (August 2015). doi:10.1542/peds.2015-0883",
        "Pollen in May and in September; a river, summer 2010.",
        "Jan 2019 Feb 2019 Mar 2019",
        "15 Mar",
        "Feb 24,2021Oct17,2022 of a chart",
        "Registry data as of 31 December 2018.",
    ],
)
def test_what_is_no_date_of_a_person_is_left(caption):
    assert dates(caption) == []


def test_a_study_that_tells_of_one_patient_has_dates_of_a_person():
    cohort, case = "Cohort study, May 2015.", "The patient of the cohort study, May 2015."
    assert DatedText(cohort).is_public(14, 22, "some")
    assert not DatedText(case).is_public(33, 41, "some")
    assert not DatedText("Our cohort, 5 May 2015").is_public(12, 22, "all")


@pytest.mark.parametrize("date", ["12/03/2020", "3 March 2020", "2020-03-12"])
def test_a_picture_taken_during_an_outbreak_is_still_somebody_s(date):
    assert dates(f"CT of {date}, during the outbreak.") == [date]
    assert dates(f"Daily cases until {date}, during the outbreak.") == []
