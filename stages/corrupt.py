"""corrupt: models and test pairs -> what each model makes of them at every corruption."""

from pathlib import Path

from pairdx.data.store import read_pairs
from pairdx.data.strata import stratified, take
from pairdx.params.base import load_seed
from pairdx.params.corrupt import CorruptParams
from pairdx.schema import CORRUPTED, write_table
from pairdx.serve.corrupted import open_models, predict_corrupted
from pairdx.stage import run


def main(*, model: list[Path], pairs: Path, out: Path) -> None:
    """Corrupt images and captions at five severities, and ask the models about them."""
    params, seed = CorruptParams.load(), load_seed()
    models = open_models(model, params.models)
    test = read_pairs(pairs)
    sample = take(test, stratified(test.labels, params.pairs or len(test), seed))
    write_table(predict_corrupted(models, sample, params.side, seed), out, CORRUPTED)


if __name__ == "__main__":
    run(main)
