"""What the labels of the test split are worth: models without suspects, and against readers."""

from pathlib import Path

from pairdx.core.outputs import write_json
from pairdx.core.params import load_compared, load_seed
from pairdx.core.stage import run
from pairdx.evidence.labels.check import check
from pairdx.readers.labels import read_labels
from pairdx.statistics.intervals.params import IntervalParams
from pairdx.statistics.predictions.tables import tables_of


def main(*, predictions: Path, audit: Path, labels: Path, metrics: Path) -> str:
    """Score all models with and without suspects, and compare readers, labels and models."""
    params, seed = IntervalParams.load(), load_seed()
    tables = tables_of(predictions, load_compared())
    write_json(metrics, check(tables, audit, read_labels(labels), params, seed))
    return f"{len(tables)} models without suspects and against readers -> {metrics}"


if __name__ == "__main__":
    run(main)
