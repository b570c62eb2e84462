"""The six classes, and every table that passes from one stage to the next.

A table is read and written here only, so that a missing column, a damaged file or a row that
breaks a rule of its schema is reported by name, and the same rows give the same bytes.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pairdx.core.contracts import (
    AGAIN,
    FILLED,
    FINITE,
    GIVEN,
    HASH,
    RowRule,
    check_key,
    check_rows,
    contract_of,
    declare,
    each,
    one_of,
    ordered,
    within,
)
from pairdx.core.errors import PairdxError
from pairdx.core.features import with_features
from pairdx.core.outputs import new_file

LABELS = (
    "chart",
    "electrography",
    "endoscopy",
    "medical_photograph",
    "ophthalmic_imaging",
    "radiology",
)
SPLITS = ("train", "validation", "test")

# What Hugging Face `datasets` keeps an Image in.
IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
IDENTIFIER = pa.struct([("start", pa.int32()), ("end", pa.int32()), ("kind", pa.string())])
_BOX = [(side, pa.int32()) for side in ("left", "top", "right", "bottom")]  # pixels, end excluded
WORD = pa.struct([*_BOX, ("text", pa.string()), ("confidence", pa.float32())])
FACE = pa.struct([*_BOX, ("score", pa.float32())])
MASKED = pa.struct([*_BOX, ("kind", pa.string())])

_LABEL = (GIVEN, one_of(LABELS))
_BOXES = (GIVEN, ordered("left", "right"), ordered("top", "bottom"))
_SPANS = (GIVEN, ordered("start", "end"))
_SHARE = (GIVEN, within(0, 1))
_SIDE = within(1, 2**31 - 1)  # pixels
MAX_AGE = 130  # years, MultiCaRe's own limit

Column = tuple[Any, ...]  # name, type, rules
_ID: Column = ("id", pa.string(), FILLED)
_ARTICLE: Column = ("article_id", pa.string(), GIVEN)
_PICTURE: list[Column] = [
    ("image", IMAGE, each(FILLED, "bytes")),
    ("width", pa.int32(), GIVEN, _SIDE),
    ("height", pa.int32(), GIVEN, _SIDE),
]
_ORIGIN: list[Column] = [
    ("case_id", pa.string()),
    _ARTICLE,
    ("figure_id", pa.string()),  # of article and original name, whatever its cases
    ("age", pa.float64(), within(0, MAX_AGE)),  # years; null where unknown
    ("sex", pa.string()),
    ("license", pa.string()),
    ("source", pa.string()),
]

COHORT = declare(
    [
        _ID,
        ("archive", pa.string(), GIVEN),  # zip below data/raw
        ("member", pa.string(), GIVEN),  # entry of that zip
        ("caption", pa.string(), GIVEN),
        ("label", pa.string(), *_LABEL),
        ("subtype", pa.string()),
        *_ORIGIN,
    ]
)
SCAN = declare(
    [
        _ID,
        ("problem", pa.string()),  # null: it decodes
        ("width", pa.int32(), _SIDE),
        ("height", pa.int32(), _SIDE),
        ("pixel_sha256", pa.string(), HASH),
        ("perceptual_hash", pa.binary()),  # null for an image of one colour, which has none
        ("colour", pa.float32(), within(0, 255)),  # see `scan.scan`
        ("light", pa.float32(), within(0, 1)),  # share of the picture
        ("identifiers", pa.list_(IDENTIFIER), *_SPANS),  # in the caption, characters from 0
        ("words", pa.list_(WORD), *_BOXES),  # on the original image; empty where none was found
        ("faces", pa.list_(FACE), *_BOXES),
    ],
    RowRule(
        ("problem", "width", "height", "pixel_sha256"),
        "an image that decodes has a size and a hash, another has none",
        lambda rows: reduce(
            pc.and_,
            [
                pc.xor(pc.is_null(rows["problem"]), pc.is_null(rows[name]))
                for name in ("width", "height", "pixel_sha256")
            ],
        ),
    ),
)
SCREENED = declare(  # what scrub did to every pair of the cohort, for a person to review
    [
        _ID,
        ("label", pa.string(), *_LABEL),
        ("action", pa.string(), GIVEN, one_of(("kept", "masked", "cropped", "dropped"))),
        ("proposed", pa.string()),  # the action of the rules alone; null: it is no image
        ("decision", pa.string(), one_of(("keep", "mask", "drop"))),  # null: nobody decided
        ("reasons", pa.list_(pa.string()), GIVEN),  # what kind of thing, never the identifier
        ("borderline", pa.bool_(), GIVEN),
        ("masked", pa.list_(MASKED), *_BOXES),  # boxes in the original, those the rules act on
        ("doubtful", pa.list_(MASKED), *_BOXES),  # those that only a person's `mask` fills
        ("spans", pa.list_(IDENTIFIER), *_SPANS),  # of the original caption, those acted on
    ]
)
SCRUBBED = declare(
    [
        _ID,
        *_PICTURE,
        ("caption", pa.string(), GIVEN),
        ("label", pa.string(), *_LABEL),
        ("subtype", pa.string()),
        ("pixel_sha256", pa.string(), HASH),
        ("perceptual_hash", pa.binary()),
        *_ORIGIN,
    ]
)
BALANCED = declare([_ID, ("label", pa.string(), *_LABEL)])
PAIRS = with_features(
    declare(
        [
            _ID,
            *_PICTURE,
            ("caption", pa.string(), GIVEN),
            ("label", pa.string(), *_LABEL),
            ("split", pa.string(), GIVEN, one_of(SPLITS)),
            ("subtype", pa.string()),
            *_ORIGIN,
        ]
    )
)
SUM_TOLERANCE = 1e-4  # float32 softmax over six classes is off by 1e-6 at most, float16 by 1e-3
TIE_TOLERANCE = 1e-6  # a prediction may lose to a tied class by rounding only
_P = tuple(f"p_{label}" for label in LABELS)
_PROBABILITIES: list[Column] = [(name, pa.float64(), *_SHARE) for name in _P]


def _sum_to_one(rows: pa.Table) -> pa.ChunkedArray:
    total = reduce(pc.add, [rows[name] for name in _P])
    return pc.less_equal(pc.abs(pc.subtract(total, 1)), SUM_TOLERANCE)


def _most_probable(column: str) -> RowRule:
    """What ``column`` says is the most probable class, or as probable as another."""

    def holds(rows: pa.Table) -> pa.ChunkedArray:
        best = pc.subtract(pc.max_element_wise(*(rows[name] for name in _P)), TIE_TOLERANCE)
        said = [
            pc.and_(pc.equal(rows[column], label), pc.greater_equal(rows[name], best))
            for label, name in zip(LABELS, _P, strict=True)
        ]
        return reduce(pc.or_, said)

    return RowRule((column, *_P), f"{column} must be the most probable class", holds)


_SUM = RowRule(_P, "the six probabilities must sum to 1", _sum_to_one)

PREDICTIONS = declare(
    [
        _ID,
        _ARTICLE,
        ("label", pa.string(), *_LABEL),
        ("predicted", pa.string(), *_LABEL),
        *_PROBABILITIES,
    ],
    _SUM,
    _most_probable("predicted"),
)
UNCHANGED = "none"  # the corruption of pairs that are as they were, at severity 0
CORRUPTED = declare(
    [
        ("id", pa.string(), FILLED),
        _ARTICLE,
        ("label", pa.string(), *_LABEL),
        ("model", pa.string(), GIVEN),
        ("corruption", pa.string(), GIVEN),
        ("severity", pa.int32(), GIVEN, within(0, 5)),  # 1 to 5; 0: unchanged
        ("predicted", pa.string(), *_LABEL),
    ],
    RowRule(
        ("corruption", "severity"),
        f"severity is 0 where, and only where, corruption is {UNCHANGED}",
        lambda rows: pc.equal(
            pc.equal(rows["corruption"], UNCHANGED), pc.equal(rows["severity"], 0)
        ),
    ),
    key=("id", "model", "corruption", "severity"),
)
EMBEDDINGS = declare(
    [
        _ID,
        _ARTICLE,
        ("figure_id", pa.string()),
        ("label", pa.string(), *_LABEL),
        ("caption", pa.string()),
        ("image", pa.list_(pa.float32()), GIVEN, FINITE),  # on the unit sphere
        ("text", pa.list_(pa.float32()), GIVEN, FINITE),
    ]
)
AUDIT = declare(
    [
        _ID,
        _ARTICLE,
        ("split", pa.string(), GIVEN, one_of(SPLITS)),
        ("label", pa.string(), *_LABEL),
        ("suggested", pa.string(), *_LABEL),  # the most probable class
        ("quality", pa.float64(), *_SHARE),  # 0: surely wrong, 1: surely right
        ("suspect", pa.bool_(), GIVEN),
        *_PROBABILITIES,
    ],
    _SUM,
    _most_probable("suggested"),
)

ROWS_PER_GROUP = 256  # images a row group: a few MB, so that a reader can stream
# Of every file: without checksums a damaged page may decode, to other numbers.
WRITTEN = {"compression": "zstd", "write_page_checksum": True}


def read_table(
    path: Path,
    schema: pa.Schema,
    columns: Sequence[str] | None = None,
    ids: pa.Array | None = None,
    group: int | None = None,
) -> pa.Table:
    """Read ``path`` (or some of its columns) and cast it to ``schema``.

    A row group at a time, each a chunk of the result: Arrow's offsets reach to 2 GiB, and the
    images of a split may be more.

    Args:
        path: a Parquet file.
        schema: of its columns, and their types.
        columns: those wanted; None: all.
        ids: of the rows wanted, which needs the column ``id``; None: all.
        group: the number of the one row group wanted; None: all.

    Raises:
        PairdxError: the file is missing, is no Parquet, lacks a column of ``schema``, or breaks a
            rule of it.
    """
    names = list(columns or schema.names)
    key = [name for name in names if name in contract_of(schema).key]
    with readable(path), open_table(path, names) as file:
        groups, keys, first = [], [], 0
        for number in range(file.num_row_groups):
            if group in (None, number):
                rows = typed(path, file.read_row_group(number, names).select(names), schema)
                check_rows(path, rows, schema, first)
                keys.append(rows.select(key))
                groups.append(_rows(rows, ids))
            first += file.metadata.row_group(number).num_rows
        if not groups:
            return typed(path, file.read(columns=names).select(names), schema)
        check_key(path, pa.concat_tables(keys), schema)
        return pa.concat_tables(groups)


def typed(path: Path, rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return ``rows`` with the types that ``schema`` has for their columns.

    Raises:
        PairdxError: a column has another type, or a value that is none of it.
    """
    columns = []
    for name in rows.column_names:
        wanted, found = schema.field(name), rows.schema.field(name)
        try:
            columns.append(rows[name].cast(wanted.type))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            raise PairdxError(
                f"{path}: column {name!r} is of type {found.type}; {wanted.type} is needed: {AGAIN}"
            ) from None
    return pa.table(columns, pa.schema([schema.field(name) for name in rows.column_names]))


def open_table(path: Path, names: Sequence[str]) -> pq.ParquetFile:
    """Open a table to read some of its row groups.

    Raises:
        PairdxError: the file is missing, is no Parquet, or lacks one of the columns ``names``.
    """
    with readable(path):
        # ParquetFile, not read_table: a path such as data/split=a/x must not grow a column.
        file = pq.ParquetFile(path, page_checksum_verification=True)
        missing = [name for name in names if name not in file.schema_arrow.names]
        if missing:
            raise PairdxError(
                f"{path}: column {missing[0]!r} is missing; the table has "
                f"{', '.join(file.schema_arrow.names)}"
            )
        return file


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Tell what is wrong with a Parquet file on one line.

    Raises:
        PairdxError: within the block it turned out to be missing or damaged.
    """
    try:
        yield
    except FileNotFoundError:
        raise PairdxError(f"{path}: no such file; run `dvc repro` to build it") from None
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise PairdxError(
            f"{path}: not a readable Parquet table ({reason}); delete it and run `dvc repro`"
        ) from error


def count_groups(path: Path, schema: pa.Schema) -> int:
    """Return how many row groups a table has.

    Raises:
        PairdxError: as :func:`read_table`.
    """
    with open_table(path, schema.names) as file:
        return int(file.num_row_groups)


def read_images(path: Path, ids: Sequence[str]) -> dict[str, bytes]:
    """Read the encoded images of some pairs of a table with ``id`` and ``image``, by id.

    Raises:
        PairdxError: as of :func:`read_table`.
    """
    table = read_table(path, PAIRS, ("id", "image"), pa.array(ids, pa.string()))
    return {row["id"]: row["image"]["bytes"] for row in table.to_pylist()}


def _rows(table: pa.Table, ids: pa.Array | None) -> pa.Table:
    return table if ids is None else table.filter(pc.is_in(table["id"], value_set=ids))


def write_table(table: pa.Table, path: Path, schema: pa.Schema) -> None:
    """Write ``table`` sorted by ``id``, so that the same rows always give the same bytes."""
    table = table.select(schema.names).cast(schema).sort_by("id")
    with new_file(path) as partial:
        pq.write_table(table, partial, row_group_size=ROWS_PER_GROUP, **WRITTEN)
