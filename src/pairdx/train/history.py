"""The loss curves of a training run."""

import csv
import io
from pathlib import Path

from pairdx.outputs import write_text
from pairdx.train.loop import History


def write_history(path: Path, history: History) -> None:
    """Write one row an epoch as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(history[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(history)
    write_text(path, text.getvalue())
