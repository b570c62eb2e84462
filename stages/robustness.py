"""robustness: answers to corrupted pairs -> errors, mean corruption errors, curves."""

from pathlib import Path

from pairdx.core.outputs import write_json, write_text
from pairdx.core.params import load_seed
from pairdx.core.stage import run
from pairdx.evidence.robustness.answers import read_corrupted
from pairdx.evidence.robustness.image_corruptions import CORRUPTIONS, SEVERITIES
from pairdx.evidence.robustness.params import RobustnessParams
from pairdx.evidence.robustness.robustness import chart, measure, summarise


def main(*, predictions: Path, metrics: Path, plot: Path) -> str:
    """Sum up how much worse each model gets, with intervals by article."""
    params, seed = RobustnessParams.load(), load_seed()
    errors = measure(read_corrupted(predictions, CORRUPTIONS, SEVERITIES), params, seed)
    write_json(metrics, summarise(errors))
    write_text(plot, chart(errors))
    return f"{len(errors.answers.models)} models -> {metrics}"


if __name__ == "__main__":
    run(main)
