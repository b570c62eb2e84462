"""shortcut: all models on test pairs from which the telling part was taken -> what they lose."""

from pathlib import Path

import numpy as np

from pairdx.core.outputs import write_json, write_text
from pairdx.core.params import load_compared, load_seed
from pairdx.core.stage import run
from pairdx.evidence.shortcut.changes import changed_shares, changes, predict_changed
from pairdx.evidence.shortcut.drops import Labelled
from pairdx.evidence.shortcut.modality_words import modality_words
from pairdx.evidence.shortcut.shortcut import chart, summarise
from pairdx.pairs.store import read_pairs
from pairdx.statistics.intervals.params import IntervalParams
from pairdx.statistics.predictions.tables import read_together, tables_of


def main(*, models: Path, predictions: Path, pairs: Path, metrics: Path, plot: Path) -> str:
    """Mask, shuffle and empty captions, blank images, and see what each model loses."""
    params, seed = IntervalParams.load(), load_seed()
    test = read_pairs(pairs)
    names = load_compared()
    tables = read_together(tables_of(predictions, names), test.ids)
    unchanged = {name: one.predicted for name, one in tables.items()}
    changed = changes(test, modality_words(), seed)
    predicted = predict_changed([models / name for name in names], changed)
    articles = np.unique(test.articles, return_inverse=True)[1]
    labelled = Labelled(articles, test.targets.numpy())
    told = summarise(labelled, unchanged, predicted, params, seed)
    shares = {
        change.name: changed_shares(change, test) for change in changed if change.part == "caption"
    }
    write_json(metrics, {"models": told, "captions_changed": shares})
    write_text(plot, chart(told))
    return f"{len(told)} models without words, captions or images -> {metrics}"


if __name__ == "__main__":
    run(main)
