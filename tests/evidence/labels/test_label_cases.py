import csv
import io

import pytest
from small import drawn, section

from pairdx.evidence.labels.cases import build_cases, choose
from pairdx.evidence.labels.forms import render_table
from pairdx.evidence.labels.params import LabelSheetParams
from pairdx.readers.labels import read_labels

PAIRS = drawn(30)


def params(**changes):
    return section(LabelSheetParams, **{"doubtful": 4, "drawn": 5, "thumbnail": 64} | changes)


def rows(split_of=lambda row: ("train", "validation", "test")[row % 3]):
    return [
        {
            "id": id_,
            "split": split_of(row),
            "label": label,
            "suggested": "radiology",
            "quality": ((7 * row) % 30) / 30,
        }
        for row, (id_, label) in enumerate(zip(PAIRS.ids, PAIRS.labels, strict=True))
    ]


def test_the_least_sure_of_what_was_learned_and_a_lot_of_test():
    chosen = choose(rows(), params(), 1)
    learned = sorted((row["quality"], row["id"]) for row in rows() if row["split"] != "test")
    found = sorted((row["quality"], row["id"]) for group, row in chosen if group == "doubtful")
    assert found == learned[:4]
    drawn_ids = {row["id"] for group, row in chosen if group == "drawn"}
    assert len(drawn_ids) == 5
    assert drawn_ids <= {row["id"] for row in rows() if row["split"] == "test"}
    assert {
        row["id"] for group, row in choose(rows(), params(), 2) if group == "drawn"
    } != drawn_ids


def test_the_order_of_the_rows_and_other_pairs_make_no_difference():
    chosen = choose(rows(), params(), 1)
    assert choose(rows()[::-1], params(), 1) == chosen
    more = choose(rows(), params(drawn=6), 1)
    assert [one for one in more if one in chosen] == chosen


def test_fewer_pairs_than_asked_for():
    assert len(choose(rows(), params(doubtful=99, drawn=99), 1)) == 30
    assert choose(rows(), params(doubtful=0, drawn=0), 1) == []
    assert choose([], params(), 1) == []


@pytest.fixture
def cases():
    return build_cases(choose(rows(), params(), 1), [PAIRS], params())


def test_a_case_shows_its_own_image_and_caption(cases):
    for case in cases:
        row = PAIRS.ids.index(case.id)
        assert case.caption == PAIRS.captions[row]
        assert case.given == PAIRS.labels[row]
        assert case.image.startswith("data:image/webp;base64,")
    assert len({case.image for case in cases}) == len(cases)


def test_the_table_is_read_back_where_it_was_filled_in(cases, tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text(render_table(cases), encoding="utf-8")
    header = render_table(cases).splitlines()[0]
    assert header == "id,reader,label,note,caption"  # what was given or suggested would sway
    assert read_labels(path) == []
    filled = list(csv.DictReader(io.StringIO(render_table(cases))))
    for row in filled[:3]:
        row |= {"reader": "Ann", "label": "chart"}
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, list(filled[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(filled)
    assert [one.id for one in read_labels(path)] == sorted(case.id for case in cases[:3])
