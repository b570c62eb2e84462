"""The six classes, and every table that passes from one stage to the next.

A table is read and written here only, so that a missing column or a damaged file is reported by
name, and the same rows give the same bytes.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

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

_ORIGIN: list[tuple[str, pa.DataType]] = [
    ("case_id", pa.string()),
    ("article_id", pa.string()),
    ("figure_id", pa.string()),  # of article and original name, whatever its cases
    ("age", pa.float64()),  # years; null where unknown
    ("sex", pa.string()),
    ("license", pa.string()),
    ("source", pa.string()),
]

COHORT = pa.schema(
    [
        ("id", pa.string()),
        ("archive", pa.string()),  # zip below data/raw
        ("member", pa.string()),  # entry of that zip
        ("caption", pa.string()),
        ("label", pa.string()),
        ("subtype", pa.string()),
        *_ORIGIN,
    ]
)
IDENTIFIER = pa.struct([("start", pa.int32()), ("end", pa.int32()), ("kind", pa.string())])
_BOX = [(side, pa.int32()) for side in ("left", "top", "right", "bottom")]  # pixels, end excluded
WORD = pa.struct([*_BOX, ("text", pa.string()), ("confidence", pa.float32())])
FACE = pa.struct([*_BOX, ("score", pa.float32())])
MASKED = pa.struct([*_BOX, ("kind", pa.string())])
SCAN = pa.schema(
    [
        ("id", pa.string()),
        ("problem", pa.string()),  # null: it decodes
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("pixel_sha256", pa.string()),
        ("perceptual_hash", pa.binary()),  # null for an image of one colour, which has none
        ("colour", pa.float32()),  # 0 to 255, see `scan.scan`
        ("light", pa.float32()),  # share of the picture
        ("identifiers", pa.list_(IDENTIFIER)),  # in the caption, characters from 0
        ("words", pa.list_(WORD)),  # on the original image; empty where none was found
        ("faces", pa.list_(FACE)),
    ]
)
SCREENED = pa.schema(  # what scrub did to every pair of the cohort, for a person to review
    [
        ("id", pa.string()),
        ("label", pa.string()),
        ("action", pa.string()),  # kept | masked | cropped | dropped
        ("proposed", pa.string()),  # the action of the rules alone; null: it is no image
        ("decision", pa.string()),  # keep | mask | drop, a person's; null: nobody decided
        ("reasons", pa.list_(pa.string())),  # what kind of thing, never the identifier itself
        ("borderline", pa.bool_()),
        ("masked", pa.list_(MASKED)),  # boxes in the original image, those the rules act on
        ("doubtful", pa.list_(MASKED)),  # likewise, those that only a person's `mask` fills
        ("spans", pa.list_(IDENTIFIER)),  # of the original caption, those the rules act on
    ]
)
SCRUBBED = pa.schema(
    [
        ("id", pa.string()),
        ("image", IMAGE),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("caption", pa.string()),
        ("label", pa.string()),
        ("subtype", pa.string()),
        ("pixel_sha256", pa.string()),
        ("perceptual_hash", pa.binary()),
        *_ORIGIN,
    ]
)
BALANCED = pa.schema([("id", pa.string()), ("label", pa.string())])
PAIRS = with_features(
    pa.schema(
        [
            ("id", pa.string()),
            ("image", IMAGE),
            ("width", pa.int32()),
            ("height", pa.int32()),
            ("caption", pa.string()),
            ("label", pa.string()),
            ("split", pa.string()),
            ("subtype", pa.string()),
            *_ORIGIN,
        ]
    )
)
PREDICTIONS = pa.schema(
    [
        ("id", pa.string()),
        ("article_id", pa.string()),
        ("label", pa.string()),
        ("predicted", pa.string()),
        *[(f"p_{label}", pa.float64()) for label in LABELS],
    ]
)
UNCHANGED = "none"  # the corruption of pairs that are as they were, at severity 0
CORRUPTED = pa.schema(
    [
        ("id", pa.string()),
        ("article_id", pa.string()),
        ("label", pa.string()),
        ("model", pa.string()),
        ("corruption", pa.string()),
        ("severity", pa.int32()),  # 1 to 5, or 0
        ("predicted", pa.string()),
    ]
)
EMBEDDINGS = pa.schema(
    [
        ("id", pa.string()),
        ("article_id", pa.string()),
        ("figure_id", pa.string()),
        ("label", pa.string()),
        ("caption", pa.string()),
        ("image", pa.list_(pa.float32())),  # on the unit sphere
        ("text", pa.list_(pa.float32())),
    ]
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
        PairdxError: the file is missing, is no Parquet, or lacks a column of ``schema``.
    """
    names = list(columns or schema.names)
    wanted = pa.schema([schema.field(name) for name in names])
    with readable(path), open_table(path, names) as file:
        groups = [
            _rows(file.read_row_group(number, names), ids)
            for number in range(file.num_row_groups)
            if group in (None, number)
        ]
        table = pa.concat_tables(groups) if groups else file.read(columns=names)
        return table.select(names).cast(wanted)


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


AUDIT = pa.schema(
    [
        ("id", pa.string()),
        ("article_id", pa.string()),
        ("split", pa.string()),
        ("label", pa.string()),
        ("suggested", pa.string()),  # the most probable class
        ("quality", pa.float64()),  # 0: surely wrong, 1: surely right
        ("suspect", pa.bool_()),
        *[(f"p_{label}", pa.float64()) for label in LABELS],
    ]
)
