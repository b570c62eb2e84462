import pyarrow as pa
import pytest

from pairdx.core.errors import PairdxError
from pairdx.core.schema import COHORT, LABELS
from pairdx.curate.filter.cohort import attrition_csv, images_present, select_cohort
from pairdx.curate.filter.params import FilterParams
from pairdx.sources.multicare import read_chunks
from pairdx.sources.raw import archives

MODALITIES = [
    "chart",
    "dermatology",
    "electrography",
    "endoscopy",
    "medical_photograph",
    "nuclear_medicine",
    "ophthalmic_imaging",
    "pathology",
    "radiology",
    "surgical_images",
    "ultrasound",
]
SETTINGS = {"min_age": 18, "unknown_age": "drop", "modalities": MODALITIES, "licenses": "all"}
STEPS = ["all", "image_present", "age_known", "adult", "modality", "license", "six_classes"]


def params(**changes):
    return FilterParams.model_validate(SETTINGS | changes)


def rows_of(*changes):
    """One good adult's row of every class, then the `changes`, each a row of radiology."""
    good = [{"label": label} for label in LABELS]
    rows = [
        {"id": f"{number}", "archive": "a.zip", "member": f"{number}", "age": 40.0} | row
        for number, row in enumerate([*good, *({"label": "radiology"} | row for row in changes)])
    ]
    return pa.Table.from_pylist(rows, schema=COHORT)


def select(rows, **changes):
    present = pa.array([f"a.zip/{number}" for number in range(len(rows))])
    return select_cohort([rows], pa.chunked_array([present]), params(**changes))


def test_each_step_counts_what_it_leaves():
    rows = rows_of(
        {"member": "lost"}, {"age": None}, {"age": 17.0}, {"age": 18.0}, {"label": "pathology"}
    )
    cohort, attrition = select(rows)
    assert cohort["id"].to_pylist() == ["0", "1", "2", "3", "4", "5", "9"]
    assert [attrition[step]["total"] for step in STEPS] == [11, 10, 9, 8, 8, 8, 7]
    assert [attrition[step]["radiology"] for step in STEPS] == [5, 4, 3, 2, 2, 2, 2]
    assert attrition["all"]["pathology"] == 1


def test_unknown_ages_can_be_kept():
    cohort, attrition = select(rows_of({"age": None}, {"age": 3.0}), unknown_age="keep")
    assert cohort["id"].to_pylist()[-1] == "6"
    assert [attrition[step]["total"] for step in STEPS] == [8, 8, 8, 7, 7, 7, 7]


def test_modalities_are_types_or_sub_types():
    types = ["chart", "electrography", "endoscopy", "ophthalmic_imaging"]
    subtypes = [
        {"subtype": "ultrasound"},
        {"subtype": "spect"},
        {"subtype": "ct"},
        {"label": "medical_photograph", "subtype": "skin_photograph"},
        {"label": "medical_photograph", "subtype": "oral_photograph"},
    ]
    chosen = [*types, "ultrasound", "dermatology"]
    cohort, _ = select(rows_of(*subtypes), modalities=chosen)
    assert cohort["id"].to_pylist() == ["0", "1", "2", "4", "6", "9"]
    assert len(select(rows_of(*subtypes))[0]) == 11  # the paper's eleven keep everything


def test_licenses():
    rows = rows_of({"license": "CC BY-NC"}, {"license": "CC0"})
    free = rows.set_column(
        rows.schema.get_field_index("license"),
        COHORT.field("license"),
        pa.array(["CC BY"] * 6 + ["CC BY-NC", "CC0"]),
    )
    cohort, _ = select(free, licenses=["CC BY", "CC0"])
    assert cohort["id"].to_pylist() == ["0", "1", "2", "3", "4", "5", "7"]


@pytest.mark.parametrize(
    ("changes", "step", "remedy"),
    [
        ({"min_age": 41}, "adult", "filter.min_age"),
        ({"licenses": ["CC0"]}, "license", "filter.licenses"),
        ({"modalities": ["radiology"]}, "modality", "filter.modalities"),
    ],
)
def test_an_empty_class_is_named_with_its_step_and_param(changes, step, remedy):
    with pytest.raises(PairdxError, match=f"class 'chart' has no pair.*'{step}'.*{remedy}"):
        select(rows_of(), **changes)


def test_a_class_that_the_source_lacks():
    with pytest.raises(PairdxError, match=r"class 'chart' .*'all'.*download\.source"):
        select(rows_of().slice(1))


def test_images_are_looked_up_in_the_archives(release):
    present = images_present(release, archives(release))
    assert len(present) == 21
    assert len(select_cohort(read_chunks(release), present, params())[0]) == 18


def test_chunks_make_no_difference():
    rows = rows_of({"member": "lost"}, {"age": None}, {"age": 17.0}, {"label": "pathology"})
    present = pa.chunked_array([[f"a.zip/{number}" for number in range(4)], ["a.zip/4", "a.zip/5"]])
    whole = select_cohort([rows], present, params())
    parts = select_cohort([rows.slice(at, 3) for at in range(0, 12, 3)], present, params())
    assert parts[0].equals(whole[0])
    assert parts[1] == whole[1]


def test_attrition_as_rows():
    assert attrition_csv({"all": {"total": 3, "chart": 2, "radiology": 1}}) == (
        "step,label,images\nall,chart,2\nall,radiology,1\n"
    )
