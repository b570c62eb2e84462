"""What a training run leaves on record: its loss curves, its time, and a line to read."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from pairdx.core.outputs import write_json, write_text
from pairdx.training.common.loop import History


def write_history(path: Path, history: History) -> None:
    """Write one row an epoch as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(history[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(history)
    write_text(path, text.getvalue())


@contextmanager
def write_seconds(path: Path) -> Iterator[None]:
    """Write how long the block took; of a run that was resumed, the last part only."""
    start = perf_counter()
    yield
    write_json(path, {"seconds": round(perf_counter() - start, 3)})


def told(history: History) -> str:
    """Say how long was trained and what validation came to, whichever epoch is kept."""
    names = {"validation_macro_f1": "macro-F1", "validation_p_at_5": "precision at 5"}
    best = [
        f"validation {short} at best {max(row[name] for row in history):.3f}"
        for name, short in names.items()
        if name in history[0]
    ]
    return ", ".join([f"{len(history)} epochs", *best])
