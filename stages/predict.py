"""predict@model: a model and the test pairs -> one row of probabilities a pair."""

from pathlib import Path

from pairdx.data.store import read_pairs
from pairdx.schema import PREDICTIONS, write_table
from pairdx.serve.predict import load_model, predict_pairs
from pairdx.stage import run


def main(*, model: Path, pairs: Path, out: Path) -> None:
    """Classify the pairs of one split."""
    write_table(predict_pairs(load_model(model), read_pairs(pairs)), out, PREDICTIONS)


if __name__ == "__main__":
    run(main)
