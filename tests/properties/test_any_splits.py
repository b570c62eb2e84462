"""Balance and split: who is chosen and where, whatever order the pairs come in."""

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS, SPLITS
from pairdx.curate.splits import split as module
from pairdx.curate.splits.balance import BalanceParams, balance, solve_total
from pairdx.curate.splits.duplicates import find_duplicates
from pairdx.curate.splits.leakage import measure
from pairdx.curate.splits.split import SplitParams, split

SEEDS = st.integers(0, 2**31 - 1)
COUNTS = st.lists(st.integers(0, 30), min_size=6, max_size=6).filter(any)


def balance_params(**changes):
    return BalanceParams.model_validate(
        {"duplicates": "keep", "max_hash_distance": 0.1, "cap_per_class": None, "total": None}
        | changes
    )


def numbered(counts):
    """So many pairs of each class, of no two the same picture."""
    labels = [label for label, count in zip(LABELS, counts, strict=True) for _ in range(count)]
    return pa.table(
        {
            "id": [f"p{number:03}" for number in range(len(labels))],
            "label": labels,
            "pixel_sha256": [f"{number:064x}" for number in range(len(labels))],
            "perceptual_hash": pa.nulls(len(labels), pa.binary()),
        }
    )


@given(COUNTS, st.integers(1, 35), SEEDS, st.randoms(use_true_random=False))
def test_a_cap_takes_what_it_says_in_any_order_of_rows(counts, cap, seed, random):
    pairs = numbered(counts)
    chosen, told = balance(pairs, balance_params(cap_per_class=cap), seed)
    expected = {label: min(count, cap) for label, count in zip(LABELS, counts, strict=True)}
    assert told["after"] == expected
    assert told["exact_duplicates"] == told["near_duplicates"] == told["conflicting_labels"] == 0
    assert set(chosen["id"].to_pylist()) <= set(pairs["id"].to_pylist())
    order = random.sample(range(len(pairs)), len(pairs))
    again, _ = balance(pairs.take(order), balance_params(cap_per_class=cap), seed)
    assert again.equals(chosen)
    fewer, _ = balance(pairs, balance_params(cap_per_class=max(1, cap - 1)), seed)
    assert set(fewer["id"].to_pylist()) <= set(chosen["id"].to_pylist())


@given(COUNTS, st.integers(6, 250))
def test_a_total_is_reached_and_classes_are_as_even_as_can_be(counts, total):
    available = dict(zip(LABELS, counts, strict=True))
    limits = solve_total(available, total)
    assert sum(limits.values()) == min(total, sum(counts))
    assert all(limits[label] <= available[label] for label in LABELS)
    cut = [limits[label] for label in LABELS if limits[label] < available[label]]
    if cut:  # what is cut is cut to one size, and one more for some
        assert max(limits.values()) - min(cut) <= 1


HASHES = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(LABELS[:2]), st.integers(0, 255)), max_size=20
)


@given(HASHES, st.floats(0, 0.5))
def test_no_two_that_are_kept_show_one_picture(rows, distance):
    pairs = pa.table(
        {
            "label": pa.array([label for _, label, _ in rows], pa.string()),
            "pixel_sha256": pa.array([f"s{number}" for number, _, _ in rows], pa.string()),
            "perceptual_hash": pa.array([bytes([bits, 0]) for _, _, bits in rows], pa.binary()),
        }
    )
    found = find_duplicates(pairs, distance)
    kept = [row for row, keep in zip(rows, found.keep, strict=True) if keep]
    assert len({number for number, _, _ in kept}) == len(kept)
    for at, (_, _, bits) in enumerate(kept):
        for _, _, other in kept[at + 1 :]:
            assert (bits ^ other).bit_count() > int(distance * 16)
    assert len(kept) + found.exact + found.near + found.conflicting == len(rows)


ARTICLES = st.lists(
    st.tuples(st.integers(0, 5), st.integers(1, 4), st.integers(0, 2)), min_size=30, max_size=60
)  # of each: its first class, how many pairs, by how much their classes differ


def described(articles):
    rows = [
        {
            "id": f"p{number:03}_{part}",
            "label": LABELS[(first + part * step) % 6],
            "article_id": f"a{number}",
            "case_id": f"c{number}_{part % 2}",
            "figure_id": f"f{number}_{part}",
            "caption": f"caption {number} {part}",
            "pixel_sha256": f"{number:060x}{part:04x}",
            "perceptual_hash": None,
        }
        for number, (first, count, step) in enumerate(articles)
        for part in range(count)
    ]
    table = pa.Table.from_pylist(rows)
    return table.set_column(7, "perceptual_hash", pa.nulls(len(rows), pa.binary()))


@pytest.fixture(scope="module", autouse=True)
def _fewer_choices_of_folds():
    """How many are tried decides how even the shares are, and nothing else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "TRIES", 500)
        yield


def outcome(pairs, params, seed):
    """The table, or why there is none."""
    try:
        return split(pairs, params, seed), None
    except PairdxError as error:
        return None, str(error)


@pytest.mark.slow  # half a minute
@given(
    ARTICLES,
    st.sampled_from([("article", "articles"), ("case", "cases"), ("none", None)]),
    SEEDS,
    st.randoms(use_true_random=False),
)
def test_no_group_is_in_two_splits_and_no_pair_is_lost(articles, by, seed, random):
    group, what = by
    pairs = described(articles)
    params = SplitParams(group_by=group, validation=0.15, test=0.15)
    order = random.sample(range(len(pairs)), len(pairs))
    done, told = outcome(pairs, params, seed)
    assert outcome(pairs.take(order), params, seed) == (done, told)
    if told:
        assert len(told.splitlines()) == 1
        assert "class" in told
        return
    assert done["id"].to_pylist() == sorted(pairs["id"].to_pylist())
    assert done.drop_columns(["split"]).equals(pairs.sort_by("id"))
    assert set(done["split"].to_pylist()) == set(SPLITS)
    if what:
        assert {shared[what]["shared"] for shared in measure(done).values()} == {0}
    for name in SPLITS:
        of_split = done.filter(pc.equal(done["split"], name))
        assert set(of_split["label"].to_pylist()) == set(LABELS)
