"""What the labels of the test split are worth: models without suspects, and against readers."""

from pathlib import Path

from pairdx.core.outputs import write_json
from pairdx.core.params import load_seed
from pairdx.core.stage import run
from pairdx.evidence.labels.check import check
from pairdx.evidence.labels.params import CheckLabelsParams
from pairdx.readers.labels import read_labels


def main(*, predictions: list[Path], audit: Path, labels: Path, metrics: Path) -> None:
    """Score all models with and without suspects, and compare readers, labels and models."""
    params, seed = CheckLabelsParams.load(), load_seed()
    write_json(metrics, check(predictions, audit, read_labels(labels), params, seed))


if __name__ == "__main__":
    run(main)
