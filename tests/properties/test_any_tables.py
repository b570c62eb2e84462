"""Tables: what is written reads back, and what a table holds is taken or refused by its rules."""

import math
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given
from hypothesis import strategies as st
from refusals import refusal

from pairdx.core import schema
from pairdx.core.schema import BALANCED, LABELS, PREDICTIONS, read_table, write_table
from pairdx.core.streaming import stream_rows

TABLES = [value for value in vars(schema).values() if isinstance(value, pa.Schema)]
TEXT = st.text(st.characters(codec="utf-8"), max_size=8)


def values(kind):
    """Any value of an Arrow type, null too, near what is allowed and far from it."""
    if pa.types.is_struct(kind):
        some = st.fixed_dictionaries({field.name: values(field.type) for field in kind})
    elif pa.types.is_list(kind):
        some = st.lists(values(kind.value_type), max_size=2)
    elif pa.types.is_integer(kind):
        some = st.one_of(st.integers(0, 6), st.integers(-(2**31), 2**31 - 1))
    elif pa.types.is_floating(kind):
        some = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(width=32))
    elif pa.types.is_boolean(kind):
        some = st.booleans()
    elif pa.types.is_binary(kind):
        some = st.binary(max_size=4)
    else:
        known = st.sampled_from([*LABELS, "train", "kept", "none", "a" * 64])
        some = st.one_of(known, TEXT)
    return st.one_of(st.none(), some) if not pa.types.is_struct(kind) else some


def rows_of(table):
    row = st.fixed_dictionaries({field.name: values(field.type) for field in table})
    return st.tuples(st.just(table), st.lists(row, max_size=5))


@given(st.sampled_from(TABLES).flatmap(rows_of))
def test_any_rows_are_read_or_refused_in_one_line(made):
    table, rows = made
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.parquet"
        pq.write_table(pa.Table.from_pylist(rows, table), path, row_group_size=2)
        for read in (read_table, lambda *of: list(stream_rows(*of))):
            told = refusal(read, path, table)
            assert told is None or told.startswith(f"{path}: ")
            assert told is None or len(told.splitlines()) == 1


def refused(table, rows):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.parquet"
        pq.write_table(pa.Table.from_pylist(rows, table), path, row_group_size=2)
        return refusal(read_table, path, table) is not None


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "id": st.one_of(st.none(), st.text("ab", max_size=2)),
                "label": st.one_of(st.sampled_from(LABELS), st.sampled_from([None, "", "Chart"])),
            }
        ),
        max_size=4,
    )
)
def test_pairs_are_refused_for_their_rules_and_nothing_else(rows):
    ids = [row["id"] for row in rows]
    right = all(ids) and len(set(ids)) == len(ids) and all(row["label"] in LABELS for row in rows)
    assert refused(BALANCED, rows) == (not right)


SHARES = st.one_of(
    st.lists(st.integers(0, 3), min_size=6, max_size=6).map(
        lambda parts: [part / (sum(parts) or 1) for part in parts]
    ),
    st.lists(st.floats(-0.5, 1.5), min_size=6, max_size=6),
    st.lists(st.sampled_from([0.0, 1.0, math.nan, None]), min_size=6, max_size=6),
)


@given(SHARES, st.sampled_from(LABELS))
def test_a_prediction_is_refused_for_its_rules_and_nothing_else(shares, said):
    row = {"id": "a", "article_id": "x", "label": "chart", "predicted": said}
    row |= {f"p_{label}": share for label, share in zip(LABELS, shares, strict=True)}
    right = (
        all(share is not None and 0 <= share <= 1 for share in shares)
        and abs(sum(shares) - 1) <= schema.SUM_TOLERANCE
        and row[f"p_{said}"] >= max(shares) - schema.TIE_TOLERANCE
    )
    assert refused(PREDICTIONS, [row]) == (not right)


@given(
    st.lists(st.tuples(TEXT.filter(bool), st.sampled_from(LABELS)), unique_by=lambda one: one[0]),
    st.randoms(use_true_random=False),
)
def test_the_same_rows_give_the_same_bytes_in_any_order(rows, random):
    rows = [{"id": id_, "label": label} for id_, label in rows]
    shuffled = random.sample(rows, len(rows))
    with tempfile.TemporaryDirectory() as folder:
        one, other = Path(folder) / "one", Path(folder) / "other"
        for path, order in ((one, rows), (other, shuffled)):
            write_table(pa.Table.from_pylist(order, BALANCED), path, BALANCED)
        assert one.read_bytes() == other.read_bytes()
        by_bytes = sorted(rows, key=lambda row: row["id"].encode())
        assert read_table(one, BALANCED).to_pylist() == by_bytes == [*stream_rows(one, BALANCED)]
