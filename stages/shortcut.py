"""shortcut: all models on test pairs from which the telling part was taken -> what they lose."""

from pathlib import Path

import numpy as np

from pairdx.core.outputs import write_json, write_text
from pairdx.core.params import load_seed
from pairdx.core.stage import run
from pairdx.evidence.shortcut.changes import changed_shares, changes, predict_changed
from pairdx.evidence.shortcut.drops import Labelled
from pairdx.evidence.shortcut.modality_words import ShortcutParams
from pairdx.evidence.shortcut.shortcut import chart, summarise
from pairdx.pairs.store import read_pairs
from pairdx.prediction.tables import read_together


def main(*, model: list[Path], predictions: Path, pairs: Path, metrics: Path, plot: Path) -> None:
    """Mask, shuffle and empty captions, blank images, and see what each model loses."""
    params, seed = ShortcutParams.load(), load_seed()
    test = read_pairs(pairs)
    tables = [predictions / f"{folder.name}.parquet" for folder in model]
    unchanged = {name: one.predicted for name, one in read_together(tables, test.ids).items()}
    changed = changes(test, params.modality_words, seed)
    predicted = predict_changed(model, changed)
    articles = np.unique(test.articles, return_inverse=True)[1]
    labelled = Labelled(articles, test.targets.numpy())
    models = summarise(labelled, unchanged, predicted, params, seed)
    shares = {
        change.name: changed_shares(change, test) for change in changed if change.part == "caption"
    }
    write_json(metrics, {"models": models, "captions_changed": shares})
    write_text(plot, chart(models))


if __name__ == "__main__":
    run(main)
