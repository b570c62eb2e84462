"""robustness: answers to corrupted pairs -> errors, mean corruption errors, curves."""

from pathlib import Path

from pairdx.data.severities import CORRUPTIONS, SEVERITIES
from pairdx.evaluate.corrupted import read_corrupted
from pairdx.evaluate.robustness import chart, measure, summarise
from pairdx.outputs import write_json, write_text
from pairdx.params.base import load_seed
from pairdx.params.robustness import RobustnessParams
from pairdx.stage import run


def main(*, predictions: Path, metrics: Path, plot: Path) -> None:
    """Sum up how much worse each model gets, with intervals by article."""
    params, seed = RobustnessParams.load(), load_seed()
    errors = measure(read_corrupted(predictions, CORRUPTIONS, SEVERITIES), params, seed)
    write_json(metrics, summarise(errors))
    write_text(plot, chart(errors))


if __name__ == "__main__":
    run(main)
