"""The scan by a pool of processes and by a dask cluster of as many workers, on the same machine.

Run in a project whose `filter` stage has run: `python benchmarks/cluster.py`. It starts and ends
the cluster itself, takes turns, and looks at every image anew. A pool starts its processes anew
each time, as a stage does; a cluster's workers are there already. Printed: images a second, the
median of the runs, and whether all rows are equal.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import typer

from pairdx.core.engine import SCHEDULER
from pairdx.core.params import PARAMS
from pairdx.core.schema import COHORT, read_table
from pairdx.curate.scan.params import ScanParams
from pairdx.curate.scan.scan import scan


def main(
    raw: Annotated[Path, typer.Argument(help="The folder of the archives.")] = Path("data/raw"),
    cohort: Annotated[Path, typer.Argument(help="The pairs.")] = Path("data/cohort.parquet"),
    images: Annotated[int, typer.Option(help="How many, spread evenly over the pairs.")] = 300,
    workers: Annotated[int, typer.Option(help="Processes of each.")] = 2,
    runs: Annotated[int, typer.Option(help="Of each, by turns.")] = 5,
    params: Annotated[Path, typer.Option(help="A params file.")] = PARAMS,
) -> None:
    """Print a Markdown table."""
    section = ScanParams.load(params).model_copy(update={"workers": workers})
    pairs = read_table(cohort, COHORT)
    step = max(1, len(pairs) // images)
    pairs = pairs.take(list(range(0, len(pairs), step))[:images])
    seconds: dict[str, list[float]] = {"local": [], "dask": []}
    tables: list[pa.Table] = []
    with tempfile.TemporaryDirectory() as folder, open_cluster(Path(folder), workers) as file:
        for _ in range(runs):
            for engine, taken in seconds.items():
                os.environ[SCHEDULER] = str(file) if engine == "dask" else ""
                with tempfile.TemporaryDirectory() as cache:
                    start = time.perf_counter()
                    tables.append(scan(raw, pairs, section, Path(cache)))
                    taken.append(time.perf_counter() - start)
    print("| Engine | Images/s | Of local |\n|---|---:|---:|")
    for engine, taken in seconds.items():
        rate = len(pairs) / statistics.median(taken)
        ratio = statistics.median(seconds["local"]) / statistics.median(taken)
        print(f"| {engine}, {workers} workers | {rate:.1f} | {ratio:.2f} |")
    print(f"\nEqual rows: {all(table.equals(tables[0]) for table in tables)}")


@contextmanager
def open_cluster(folder: Path, workers: int) -> Iterator[Path]:
    """Yield the scheduler's file of a cluster that is gone after the block."""
    file = folder / "scheduler.json"
    one = ["worker", "--no-nanny", "--nthreads", "1"]
    dask = [sys.executable, "-m", "dask"]
    commands = [["scheduler", "--port", "0"], *[one] * workers]
    ends = ["--no-dashboard", "--scheduler-file", str(file)]
    with (folder / "log").open("w") as log:
        started = [
            subprocess.Popen([*dask, *command, *ends], cwd=folder, stdout=log, stderr=log)
            for command in commands
        ]
    try:
        while not file.exists():
            time.sleep(0.1)
        yield file
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()


if __name__ == "__main__":
    typer.run(main)
