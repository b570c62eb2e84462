"""How long a training run took: the one output that differs from run to run."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from pairdx.outputs import write_json


@contextmanager
def write_seconds(path: Path) -> Iterator[None]:
    """Write how long the block took; of a run that was resumed, the last part only."""
    start = perf_counter()
    yield
    write_json(path, {"seconds": round(perf_counter() - start, 3)})
