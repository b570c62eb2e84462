"""predict@model: a model and the pairs of some splits -> one row of probabilities a pair."""

from pathlib import Path

from pairdx.core.schema import PREDICTIONS, write_table
from pairdx.core.stage import run
from pairdx.pairs.store import read_pairs
from pairdx.prediction.predict import load_model, predict_pairs


def main(*, model: Path, pairs: list[Path], out: list[Path]) -> None:
    """Classify the pairs of each split into the table in the same place of the outs."""
    predictor = load_model(model)
    for split, table in zip(pairs, out, strict=True):
        write_table(predict_pairs(predictor, read_pairs(split)), table, PREDICTIONS)


if __name__ == "__main__":
    run(main)
