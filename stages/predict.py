"""predict@model: a model and the pairs of some splits -> one row of probabilities a pair."""

from pathlib import Path

from pairdx.data.store import read_pairs
from pairdx.schema import PREDICTIONS, write_table
from pairdx.serve.predict import load_model, predict_pairs
from pairdx.stage import run


def main(*, model: Path, pairs: list[Path], out: list[Path]) -> None:
    """Classify the pairs of each split into the table in the same place of the outs."""
    predictor = load_model(model)
    for split, table in zip(pairs, out, strict=True):
        write_table(predict_pairs(predictor, read_pairs(split)), table, PREDICTIONS)


if __name__ == "__main__":
    run(main)
