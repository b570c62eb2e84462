"""What it costs to hold tables to their rules where they are read.

    python benchmarks/contracts.py --scratch /tmp/contracts
    python benchmarks/contracts.py --scratch /tmp/contracts --rows 1000000

For each table the seconds to read it as it is, and to read and check it; the best of three.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
import typer
from cost_curves import SEED, WIDTH, answers, described, origins

from pairdx.core import contracts
from pairdx.core.contracts import Contract
from pairdx.core.schema import EMBEDDINGS, PAIRS, PREDICTIONS, SCAN, read_table, write_table

IMAGE_BYTES = 4096
BOX = {"left": 1, "top": 1, "right": 20, "bottom": 9}


def tables(rows: int) -> Iterator[tuple[str, pa.Schema, dict[str, Any]]]:
    """The columns of a table of each kind: many rules, images, lists of structs, vectors."""
    rng = np.random.default_rng(SEED)
    pairs = origins(rng, rows)
    told = {name: pairs[name] for name in ("id", "article_id", "label")}
    yield "predictions", PREDICTIONS, told | answers(rng, pairs["label"])
    image = {"bytes": rng.bytes(IMAGE_BYTES), "path": "x.webp"}
    known = described(rng, rows) | {"image": [image] * rows, "split": ["test"] * rows}
    yield "pairs", PAIRS, pairs | known
    yield "scan", SCAN, {"id": pairs["id"], **_facts(rows)}
    vectors = rng.standard_normal((rows // 10, WIDTH)).astype(np.float32)
    tenth = {name: pairs[name][: rows // 10] for name in EMBEDDINGS.names[:5]}
    yield "embeddings (a tenth)", EMBEDDINGS, tenth | {n: list(vectors) for n in ("image", "text")}


def _facts(rows: int) -> dict[str, Any]:
    words = [{**BOX, "text": "word", "confidence": 0.9}] * 5
    return {
        "problem": [None] * rows,
        "width": [64] * rows,
        "height": [64] * rows,
        "pixel_sha256": [f"{row:064x}" for row in range(rows)],
        "perceptual_hash": [bytes(32)] * rows,
        "colour": [1.0] * rows,
        "light": [0.5] * rows,
        "identifiers": [[{"start": 0, "end": 4, "kind": "date"}]] * rows,
        "words": [words] * rows,
        "faces": [[]] * rows,
    }


def seconds(path: Path, schema: pa.Schema) -> float:
    """Return the least seconds of three in which a table is read."""
    took = []
    for _ in range(3):
        start = perf_counter()
        read_table(path, schema)
        took.append(perf_counter() - start)
    return min(took)


@contextmanager
def unchecked(schema: pa.Schema) -> Iterator[None]:
    """Ask nothing of a table."""
    kept = contracts.contract_of(schema)
    contracts._DECLARED[schema] = Contract()
    try:
        yield
    finally:
        contracts._DECLARED[schema] = kept


def main(
    scratch: Annotated[Path, typer.Option()], rows: Annotated[int, typer.Option()] = 100_000
) -> None:
    """Write tables of so many rows, and read them with and without their rules."""
    print(f"{'table':22}{'rows':>9}{'read, s':>9}{'checked, s':>12}{'more, s':>9}")
    for name, schema, columns in tables(rows):
        path = scratch / f"{name.split()[0]}.parquet"
        write_table(pa.table({key: columns[key] for key in schema.names}, schema), path, schema)
        count = len(columns["id"])
        checked = seconds(path, schema)
        with unchecked(schema):
            plain = seconds(path, schema)
        print(f"{name:22}{count:9}{plain:9.2f}{checked:12.2f}{checked - plain:9.2f}")
    shutil.rmtree(scratch)


if __name__ == "__main__":
    typer.run(main)
