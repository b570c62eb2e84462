import pytest

from pairdx.curate.identifiers.ages import find_old_ages
from pairdx.curate.identifiers.captions import find_identifiers
from pairdx.curate.identifiers.kinds import generalise_age, mask


@pytest.mark.parametrize(
    ("caption", "masked"),
    [
        ("A 94-year-old man.", "A 90+-year-old man."),
        ("A woman aged 102 years.", "A woman aged 90+ years."),
        ("Age: 91, female.", "Age: 90+, female."),
        ("A 97 y/o male.", "A 90+ y/o male."),
        ("A ninety-four-year-old farmer.", "A 90+-year-old farmer."),
        ("A female (92 yrs).", "A female (90+ yrs)."),
        ("95/F, fall.", "90+/F, fall."),
        ("A ٩٤-year-old man.", "A 90+ years man."),
    ],
)
def test_the_number_is_generalised_and_the_wording_kept(caption, masked):
    found = find_identifiers(caption)
    assert [one.kind for one in found] == ["old_age"]
    assert mask(caption, found, ["old_age"]) == masked
    assert find_identifiers(masked) == []


@pytest.mark.parametrize(
    "text",
    [
        "An 89-year-old woman aged 45.",
        "Mean age 94.6 years (range 71-96 years).",
        "Patients aged 90 years or older, >90 years, over 95 years old.",
        "Survival at 95 months was 92 % over 98 years of records.",
        "CT slice 95; 120 kV; 102 ms; 9.4 mm; 1:100; T12; 94 patients.",
    ],
)
def test_other_numbers_are_left(text):
    assert list(find_old_ages(text)) == []


def test_the_column_is_generalised():
    assert [generalise_age(age) for age in (None, 0.0, 89.0, 90.0, 104.0)] == [
        None, 0.0, 89.0, 90.0, 90.0
    ]  # fmt: skip
