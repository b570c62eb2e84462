"""Authors of public works are left; who treats, or is kin to, a patient is not."""

import pytest

from pairdx.curate.identifiers.captions import find_identifiers

GROUP = (
    "Study group: Carla Giorgi, Paolo Zolo, Marco Vista, Luigi Murri, Anna Poggesi, Mario Mancuso."
)


def names(caption):
    return [caption[one.start : one.end] for one in find_identifiers(caption) if one.kind == "name"]


@pytest.mark.parametrize(
    "caption",
    [
        "Image courtesy of Matthew Richards.",
        "Courtesy of Laura Bianchi, Pedro Gomez and Alice Bright.",
        "Photo kindly provided by Samuel Katz.",
        "Image © Monique Delacroix, CC BY-SA 4.0; copyright 2019 Karl Meyer.",
        "Plate 2, engraving by Charles Turner. Daguerreotype of Poe by William Hartshorn.",
        "Case courtesy of Dr. Henry Knipe, Radiopaedia.org, rID: 27843.",
        "“Tinea” by Dr. Lucille Georg/Centers for Disease Control and Prevention",
        "Photo: Wikimedia Commons/John Doe.",
        GROUP,
    ],
)
def test_the_author_of_a_public_work_is_left(caption):
    assert names(caption) == []


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("Courtesy of the patient's husband, Ruben Alcaraz.", ["Ruben Alcaraz"]),
        ("Courtesy of Dr Samuel Oyelaran, Department of Dermatology.", ["Samuel Oyelaran"]),
        ("Photograph of Carla Giorgi before surgery.", ["Carla Giorgi"]),
        (f"Patient: Ada Lovell. {GROUP}", ["Ada Lovell"]),
    ],
)
def test_family_staff_and_patients_are_found(caption, expected):
    assert names(caption) == expected
