"""corrupt: models and test pairs -> what each model makes of them at every corruption."""

from pathlib import Path

from pairdx.core.params import load_seed
from pairdx.core.schema import CORRUPTED, write_table
from pairdx.core.stage import run
from pairdx.evidence.robustness.corrupt import open_models, predict_corrupted
from pairdx.evidence.robustness.params import CorruptParams
from pairdx.pairs.store import read_pairs
from pairdx.pairs.strata import stratified, take


def main(*, model: list[Path], pairs: Path, out: Path) -> None:
    """Corrupt images and captions at five severities, and ask the models about them."""
    params, seed = CorruptParams.load(), load_seed()
    models = open_models(model, params.models)
    test = read_pairs(pairs)
    sample = take(test, stratified(test.labels, params.pairs or len(test), seed))
    write_table(predict_corrupted(models, sample, params.side, seed), out, CORRUPTED)


if __name__ == "__main__":
    run(main)
