import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small import section

from pairdx.core.errors import PairdxError
from pairdx.core.schema import PAIRS
from pairdx.evidence.subgroups.attributes import COLUMNS, attributes_of, read_attributes
from pairdx.evidence.subgroups.params import SubgroupsParams

PARAMS = section(SubgroupsParams, ages=[18, 40, 65], caption_words=[2, 3])
ROWS = [  # sex, age, licence, kind of image, caption, and the group of each
    ("male", 17.9, "CC BY", "ct", "one", "male", "under 18", "CC BY", "ct", "under 2"),
    ("female", 18.0, "CC0", "mri", "one two", "female", "18-39", "CC0", "mri", "2"),
    (
        "Female",
        39.0,
        None,
        None,
        " a\tb\nc ",
        "Female",
        "18-39",
        "unknown",
        "unknown",
        "3 and over",
    ),
    ("", 40.0, " ", "", "", "unknown", "40-64", "unknown", "unknown", "none"),
    (None, 64.9, "CC BY", "ct", None, "unknown", "40-64", "CC BY", "ct", "none"),
    ("unknown", 65.0, "CC BY", "ct", "  ", "unknown", "65 and over", "CC BY", "ct", "none"),
    ("male", None, "CC BY", "ct", "a b c d", "male", "unknown", "CC BY", "ct", "3 and over"),
    ("male", float("nan"), "CC BY", "ct", "a", "male", "unknown", "CC BY", "ct", "under 2"),
]


def table():
    values = [
        [f"p{row}" for row in range(len(ROWS))],
        *zip(*(row[:5] for row in ROWS), strict=True),
    ]
    columns = {name: list(column) for name, column in zip(COLUMNS, values, strict=True)}
    return pa.table(columns, pa.schema([PAIRS.field(name) for name in COLUMNS]))


def test_every_value_has_its_group():
    attributes = attributes_of(table(), PARAMS)
    assert [one.name for one in attributes] == ["sex", "age", "license", "subtype", "caption_words"]
    for column, attribute in enumerate(attributes, start=5):
        found = [attribute.groups[at] for at in attribute.member]
        assert found == [row[column] for row in ROWS], attribute.name


def test_bands_come_in_their_order_and_the_unknown_last():
    groups = {one.name: one.groups for one in attributes_of(table(), PARAMS)}
    assert groups["age"] == ("under 18", "18-39", "40-64", "65 and over", "unknown")
    assert groups["sex"] == ("Female", "female", "male", "unknown")
    assert groups["caption_words"] == ("none", "under 2", "2", "3 and over")


def test_an_empty_split(tmp_path):
    pq.write_table(table().slice(0, 0), tmp_path / "test.parquet")
    with pytest.raises(PairdxError, match=r"test\.parquet: the split is empty"):
        read_attributes(tmp_path / "test.parquet", PARAMS)


@pytest.mark.parametrize("edges", [[40, 40], [65, 40], []])
def test_edges_must_rise(edges):
    with pytest.raises(ValueError, match=r"larger than the one before|at least 1 item"):
        section(SubgroupsParams, ages=edges)
