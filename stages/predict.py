"""predict@model: a model and the pairs of some splits -> one row of probabilities a pair."""

from pathlib import Path

from pairdx.core.schema import PREDICTIONS, write_table
from pairdx.core.stage import run
from pairdx.pairs.store import read_pairs
from pairdx.prediction.predict import load_model, predict_pairs


def main(*, model: Path, pairs: list[Path], out: list[Path]) -> str:
    """Classify the pairs of each split into the table in the same place of the outs."""
    predictor, counts = load_model(model), []
    for split, table in zip(pairs, out, strict=True):
        predicted = predict_pairs(predictor, read_pairs(split))
        write_table(predicted, table, PREDICTIONS)
        counts.append(predicted.num_rows)
    return f"{' and '.join(map(str, counts))} pairs -> {' and '.join(map(str, out))}"


if __name__ == "__main__":
    run(main)
