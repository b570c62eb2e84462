from collections import Counter

import pytest

from pairdx.core.schema import LABELS
from pairdx.curate.review.cases import ALL, GROUPS, ReviewParams, choose, group_of

PARAMS = {
    "borderline": 12,
    "passed": 18,
    "removed": 6,
    "readers": 1,
    "overlap": 0.2,
    "thumbnail": 96,
}
REASONS = (["image: date"], ["image: face"], ["image: name", "caption: name"])
ROWS = [
    {
        "id": f"pair_{number:03}",
        "label": LABELS[number % 6],
        "reasons": REASONS[0] if number < 200 else REASONS[number % 3],
        "borderline": number % 5 == 0,
        "proposed": ["kept", "masked", "dropped", "cropped"][number // 6 % 4],
    }
    for number in range(400)
]


def chosen(rows=ROWS, seed=17, **changes):
    return choose(rows, ReviewParams.model_validate(PARAMS | changes), seed)


def ids(rows):
    return [row["id"] for row in rows]


def test_groups():
    assert group_of({"borderline": True, "proposed": "masked"}) == "borderline"
    assert group_of({"borderline": False, "proposed": "kept"}) == "passed"
    for action in ("masked", "cropped", "dropped"):
        assert group_of({"borderline": False, "proposed": action}) == "removed"


def test_each_group_has_its_size_and_all_that_was_found():
    rows = chosen()
    assert Counter(row["group"] for row in rows) == {group: PARAMS[group] for group in GROUPS}
    removed = Counter(tuple(row["reasons"]) for row in rows if row["group"] == "removed")
    assert set(removed.values()) == {2}  # although most rows are of the first reason
    assert all(group_of(row) == row["group"] for row in rows)


def test_the_class_chooses_nobody():
    relabelled = [row | {"label": LABELS[0]} for row in ROWS]
    assert ids(chosen(relabelled)) == ids(chosen())


def test_groups_are_mixed():
    first_half = {row["group"] for row in chosen()[:18]}
    assert first_half == set(GROUPS)


def test_a_group_that_is_too_small_is_taken_whole():
    rows = chosen(ROWS[:10], borderline=5, passed=0, removed=900)
    assert Counter(row["group"] for row in rows) == {"borderline": 2, "removed": 4}
    assert chosen([]) == []


def test_the_order_of_the_data_changes_nothing_and_the_seed_does():
    assert chosen(ROWS[::-1]) == chosen()
    assert ids(chosen(seed=18)) != ids(chosen())


def test_new_data_replace_few():
    more = [row | {"id": f"new_{row['id']}"} for row in ROWS[::20]]
    assert len(set(ids(chosen())) & set(ids(chosen(ROWS + more)))) >= 30


@pytest.mark.parametrize("overlap", [0.0, 0.25, 1.0])
def test_readers_share_the_pairs(overlap):
    rows = chosen(readers=3, overlap=overlap)
    assert ids(rows) == ids(chosen())
    counts = Counter(row["reader"] for row in rows)
    assert counts[ALL] == {0.0: 0, 0.25: 3 + 5 + 2, 1.0: 36}[overlap]
    alone = [counts[number] for number in (1, 2, 3)]
    assert sum(alone) == 36 - counts[ALL]
    assert max(alone) - min(alone) <= len(GROUPS)


def test_one_reader_reads_all():
    assert {row["reader"] for row in chosen()} == {ALL}
