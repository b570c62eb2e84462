import pyarrow as pa
import pytest

from pairdx.core.schema import LABELS
from pairdx.curate.splits.balance import BalanceParams, balance, solve_total

COUNTS = dict(zip(LABELS, (5, 3, 10, 40, 7, 60), strict=True))
SETTINGS = {
    "duplicates": "drop",
    "max_hash_distance": 0.1,
    "cap_per_class": None,
    "total": None,
}


def pairs(counts):
    ids = [(f"{label}{number:02d}", label) for label in counts for number in range(counts[label])]
    return pa.table(
        {
            "id": [id_ for id_, _ in ids],
            "label": [label for _, label in ids],
            "pixel_sha256": [id_ for id_, _ in ids],
            "perceptual_hash": pa.nulls(len(ids), pa.binary()),
        }
    )


def run(counts=COUNTS, seed=1, **changes):
    table, metrics = balance(pairs(counts), BalanceParams(**SETTINGS | changes), seed)
    return set(table["id"].to_pylist()), metrics


def test_a_cap_cuts_only_larger_classes():
    chosen, metrics = run(cap_per_class=8)
    assert metrics["after"] == dict(zip(LABELS, (5, 3, 8, 8, 7, 8), strict=True))
    assert metrics["before"] == metrics["distinct"] == COUNTS
    assert (metrics["cap"], metrics["pairs"], len(chosen)) == (8, 39, 39)


def test_without_a_limit_all_stay():
    assert run()[1]["after"] == COUNTS


@pytest.mark.parametrize(
    ("total", "sizes"),
    [
        (45, (5, 3, 10, 10, 7, 10)),  # the cap 10 gives it exactly
        (48, (5, 3, 10, 12, 7, 11)),  # 11 gives 47; one left, for the first larger class
        (6, (1, 1, 1, 1, 1, 1)),
        (8, (2, 2, 1, 1, 1, 1)),
        (125, tuple(COUNTS.values())),
        (999, tuple(COUNTS.values())),
    ],
)
def test_the_cap_is_solved_for_a_total(total, sizes):
    limits = solve_total(COUNTS, total)
    assert limits == dict(zip(LABELS, sizes, strict=True))
    assert sum(limits.values()) == min(total, 125)
    assert run(total=total)[1]["after"] == limits


def test_seed_decides_and_classes_do_not_disturb_each_other():
    first, _ = run(cap_per_class=4)
    assert run(cap_per_class=4)[0] == first
    assert run(cap_per_class=4, seed=2)[0] != first
    without_charts = {id_ for id_ in first if not id_.startswith("chart")}
    fewer, _ = run(COUNTS | {"chart": 2}, cap_per_class=4)
    assert {id_ for id_ in fewer if not id_.startswith("chart")} == without_charts


def test_a_smaller_cap_chooses_among_what_a_larger_one_chose():
    assert run(cap_per_class=4)[0] < run(cap_per_class=9)[0]


def test_duplicates_go_before_the_cap_or_stay():
    table = pairs(COUNTS)
    index = table.schema.get_field_index("pixel_sha256")
    twins = table.set_column(
        index,
        "pixel_sha256",
        [["x" if one.startswith("radiology") else one for one in table["id"].to_pylist()]],
    )
    _, metrics = balance(twins, BalanceParams(**SETTINGS), 1)
    assert metrics["distinct"]["radiology"] == metrics["after"]["radiology"] == 1
    assert metrics["exact_duplicates"] == 59
    _, metrics = balance(twins, BalanceParams(**SETTINGS | {"duplicates": "keep"}), 1)
    assert metrics["after"]["radiology"] == 60
    assert metrics["exact_duplicates"] == 0
