"""corrupt: models and test pairs -> what each model makes of them at every corruption."""

from pathlib import Path

from pairdx.core.params import load_compared, load_seed
from pairdx.core.schema import CORRUPTED, write_table
from pairdx.core.stage import run
from pairdx.evidence.robustness.corrupt import open_models, predict_corrupted
from pairdx.evidence.robustness.params import RobustnessParams
from pairdx.pairs.store import read_pairs
from pairdx.pairs.strata import stratified, take


def main(*, models: Path, pairs: Path, out: Path) -> str:
    """Corrupt images and captions at five severities, and ask the models about them."""
    params, seed = RobustnessParams.load(), load_seed()
    opened = open_models([models / name for name in load_compared()], params.models)
    test = read_pairs(pairs)
    sample = take(test, stratified(test.labels, params.pairs or len(test), seed))
    write_table(predict_corrupted(opened, sample, params.side, seed), out, CORRUPTED)
    return f"{len(opened)} models, {len(sample)} pairs -> {out}"


if __name__ == "__main__":
    run(main)
