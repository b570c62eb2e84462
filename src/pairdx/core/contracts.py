"""What must hold of the tables that pass from one stage to the next, beside their columns.

A rule looks at whole columns, so that checking costs next to nothing beside reading. Each says in
one line what is allowed; who breaks it is told by file, column, row (from 0) and id.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pairdx.core.errors import PairdxError, shortened

AGAIN = "delete it and run `dvc repro`"


@dataclass(frozen=True)
class Rule:
    """What holds of each value of a column; nothing is asked of an empty one unless said."""

    says: str
    holds: Callable[[pa.Array], pa.Array]


@dataclass(frozen=True)
class RowRule:
    """What holds of some columns together, of which the first is named."""

    columns: tuple[str, ...]
    says: str
    holds: Callable[[pa.Table], pa.Array]


@dataclass(frozen=True)
class Contract:
    """The rules of a table."""

    columns: dict[str, tuple[Rule, ...]] = field(default_factory=dict)
    rows: tuple[RowRule, ...] = ()
    key: tuple[str, ...] = ()  # no two rows have the same


_DECLARED: dict[pa.Schema, Contract] = {}


def declare(
    columns: Sequence[tuple[Any, ...]], *rows: RowRule, key: tuple[str, ...] = ("id",)
) -> pa.Schema:
    """Return the schema of ``columns``, each a name, a type and its rules; the rules are kept."""
    schema = pa.schema([(name, kind) for name, kind, *_ in columns])
    _DECLARED[schema] = Contract({name: tuple(rules) for name, _, *rules in columns}, rows, key)
    return schema


def contract_of(schema: pa.Schema) -> Contract:
    """The rules of a declared schema, whatever its metadata say; none of any other."""
    return _DECLARED.get(schema.remove_metadata(), Contract())


GIVEN = Rule("must not be empty", pc.is_valid)
FILLED = Rule(
    "must not be empty",
    lambda column: pc.fill_null(pc.greater(pc.binary_length(column), 0), False),
)
HASH = Rule(
    "64 hexadecimal digits are needed",
    lambda column: pc.match_substring_regex(column, "^[0-9a-f]{64}$"),
)
FINITE = Rule("must hold finite numbers", lambda column: _each(column, pc.is_finite))


def one_of(values: Sequence[str]) -> Rule:
    """A name among ``values``."""
    known = pa.array([*values, None], pa.string())
    return Rule(f"allowed are {', '.join(values)}", lambda column: pc.is_in(column, known))


def within(low: float, high: float) -> Rule:
    """A number from ``low`` to ``high``; NaN is none."""
    return Rule(f"a number from {low:g} to {high:g} is needed", _between(low, high))


def each(rule: Rule, *fields: str) -> Rule:
    """``rule`` for these fields of a struct, or of all structs of a list."""
    return Rule(rule.says, lambda column: _of_fields(column, rule, fields))


def ordered(low: str, high: str) -> Rule:
    """Of every struct of a list, ``low`` lies from 0 to below ``high``."""

    def holds(parts: pa.Array) -> pa.Array:
        start, end = (pc.struct_field(parts, name) for name in (low, high))
        return pc.and_(pc.greater_equal(start, 0), pc.less(start, end))

    return Rule(f"0 <= {low} < {high} is needed", lambda column: _each(column, holds))


def check_rows(path: Path, rows: pa.Table, schema: pa.Schema, first: int = 0) -> None:
    """Check some rows of a table, of those of its columns that are there.

    Args:
        path: of the table, for the error.
        rows: of the types of ``schema``.
        schema: a declared one.
        first: the number of the first of ``rows`` in the table.

    Raises:
        PairdxError: a rule does not hold; the first such row is named.
    """
    contract, names = contract_of(schema), set(rows.column_names)
    for name in rows.column_names:
        for rule in contract.columns.get(name, ()):
            for start, chunk in _chunks(rows[name]):
                at = _broken(rule.holds(chunk))
                if at is not None:
                    _refuse(path, rows, (name,), start + at, first, rule.says)
    for row_rule in contract.rows:
        if names.issuperset(row_rule.columns):
            at = _broken(row_rule.holds(rows))
            if at is not None:
                _refuse(path, rows, row_rule.columns, at, first, row_rule.says)


def check_key(path: Path, rows: pa.Table, schema: pa.Schema) -> None:
    """Check that no two of ``rows`` have the same key; where it is not all read, nothing.

    Raises:
        PairdxError: two have; the key is named, and how often it is there.
    """
    key = contract_of(schema).key
    if not key or not set(key).issubset(rows.column_names):
        return
    counts = rows.select(key).group_by(list(key), use_threads=False).aggregate([([], "count_all")])
    if len(counts) < len(rows):
        twice = counts.filter(pc.greater(counts["count_all"], 1)).slice(0, 1).to_pylist()[0]
        told = ", ".join(f"{name} = {twice[name]!r}" for name in key)
        raise PairdxError(
            f"{path}: {told} in {twice['count_all']} rows; one row each is needed: {AGAIN}"
        )


def check_order(path: Path, ids: pa.ChunkedArray, first: int, before: str) -> str:
    """Check that ``ids`` rise from one to the next, so that none is there twice; return the last.

    Args:
        path: of the table, for the error.
        ids: of a batch.
        first: the row at which it begins.
        before: the last id of the batch before.

    Raises:
        PairdxError: one is not above the one before it.
    """
    chained = pa.concat_arrays([pa.array([before], pa.string()), *ids.chunks])
    at = _broken(pc.less(chained[:-1], chained[1:]))
    if at is not None:
        raise PairdxError(
            f"{path}: id = {ids[at].as_py()!r} in row {first + at}, after {chained[at].as_py()!r}; "
            f"ids must rise from row to row: {AGAIN}"
        )
    return str(chained[-1].as_py())


def check_known(path: Path, ids: pa.Array, known: pa.ChunkedArray, where: object) -> None:
    """Check that every one of ``ids``, of the table ``path``, is among the ``known`` of ``where``.

    Raises:
        PairdxError: one is not.
    """
    at = _broken(pc.is_in(ids, known.combine_chunks()))
    if at is not None:
        raise PairdxError(
            f"{path}: id = {ids[at].as_py()!r} in row {at}; there is no such pair in {where}: "
            "run `dvc repro` to build both again"
        )


def _chunks(column: pa.ChunkedArray) -> list[tuple[int, pa.Array]]:
    """The chunks of a column, and at which row each begins."""
    starts = [0]
    for chunk in column.chunks:
        starts.append(starts[-1] + len(chunk))
    return list(zip(starts, column.chunks, strict=False))


def _broken(holds: pa.Array | pa.ChunkedArray) -> int | None:
    """The first row of which a rule says that it does not hold."""
    at = pc.index(holds, pa.scalar(False)).as_py()
    return None if at < 0 else at


def _refuse(
    path: Path, rows: pa.Table, columns: tuple[str, ...], at: int, first: int, says: str
) -> None:
    values = ", ".join(f"{name} = {rows[name][at].as_py()!r}" for name in columns)
    whose = f" (id {rows['id'][at].as_py()!r})" if "id" in rows.column_names else ""
    raise PairdxError(f"{path}: {shortened(values)} in row {first + at}{whose}; {says}: {AGAIN}")


def _between(low: float, high: float) -> Callable[[pa.Array], pa.Array]:
    return lambda column: pc.and_(pc.greater_equal(column, low), pc.less_equal(column, high))


def _of_fields(column: pa.Array, rule: Rule, fields: Sequence[str]) -> pa.Array:
    if pa.types.is_list(column.type):
        return _each(column, lambda parts: _of_fields(parts, rule, fields))
    return reduce(pc.and_, [rule.holds(pc.struct_field(column, name)) for name in fields])


def _each(column: pa.Array, holds: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Say of every list whether ``holds`` of all that is in it; no null is in it."""
    held = pc.fill_null(holds(pc.list_flatten(column)), False)
    bad = pc.list_parent_indices(column).filter(pc.invert(held))
    if not len(bad):
        return pa.repeat(True, len(column))
    return pc.invert(pc.is_in(pa.array(range(len(column)), bad.type), bad))
