"""predict@model: a model and the pairs of some splits -> one row of probabilities a pair."""

from pathlib import Path

from pairdx.core.schema import PREDICTIONS, write_table
from pairdx.core.stage import run
from pairdx.prediction.spread import SpreadModel


def main(*, model: Path, pairs: list[Path], out: list[Path]) -> str:
    """Classify the pairs of each split into the table in the same place of the outs."""
    spread, counts = SpreadModel.at(model), []
    for split, table in zip(pairs, out, strict=True):
        predicted = spread.predict(split)
        write_table(predicted, table, PREDICTIONS)
        counts.append(predicted.num_rows)
    return f"{' and '.join(map(str, counts))} pairs -> {' and '.join(map(str, out))}"


if __name__ == "__main__":
    run(main)
