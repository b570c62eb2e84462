"""Tables with images, read and written a few hundred rows at a time.

100,000 images are gigabytes; the memory a stage needs is that of one row group.
"""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from pairdx.core.contracts import check_order, check_rows
from pairdx.core.schema import ROWS_PER_GROUP, WRITTEN, open_table, readable, typed


class TableWriter:
    """Writes rows, which must come sorted by ``id``, as row groups of one size."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.schema = schema
        self._rows: list[dict[str, Any]] = []
        self._writer = pq.ParquetWriter(path, schema, **WRITTEN)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._flush()
        self._writer.close()

    def write(self, row: dict[str, Any]) -> None:
        """Add one row."""
        self._rows.append(row)
        if len(self._rows) == ROWS_PER_GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self.schema))
            self._rows = []


def stream_rows(path: Path, schema: pa.Schema) -> Iterator[dict[str, Any]]:
    """Yield the rows of ``path`` one by one, in its order.

    Raises:
        PairdxError: the file is missing, is no Parquet, lacks a column of ``schema`` or breaks a
            rule of it, or its rows are not in the order of their ids.
    """
    first, last = 0, ""
    with readable(path), open_table(path, schema.names) as file:
        for batch in file.iter_batches(ROWS_PER_GROUP, columns=schema.names):
            rows = typed(path, pa.Table.from_batches([batch]).select(schema.names), schema)
            check_rows(path, rows, schema, first)
            last = check_order(path, rows["id"], first, last)
            first += len(rows)
            yield from rows.to_pylist()
