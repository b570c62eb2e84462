"""What the labels of the test split are worth: models without suspects, and against readers."""

from pathlib import Path

from pairdx.evaluate.label_check import check
from pairdx.evaluate.reader_labels import read_labels
from pairdx.outputs import write_json
from pairdx.params.base import load_seed
from pairdx.params.check_labels import CheckLabelsParams
from pairdx.stage import run


def main(*, predictions: list[Path], audit: Path, labels: Path, metrics: Path) -> None:
    """Score all models with and without suspects, and compare readers, labels and models."""
    params, seed = CheckLabelsParams.load(), load_seed()
    write_json(metrics, check(predictions, audit, read_labels(labels), params, seed))


if __name__ == "__main__":
    run(main)
