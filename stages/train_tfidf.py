"""train_tfidf: training captions -> TF-IDF and logistic regression."""

from pathlib import Path

from pairdx.core.outputs import new_folder
from pairdx.core.stage import run
from pairdx.models.tfidf import tfidf
from pairdx.models.tfidf.tfidf import TfidfParams
from pairdx.pairs.store import read_pairs
from pairdx.training.common.record import write_seconds


def main(*, pairs: Path, out: Path, timing: Path) -> str:
    """Fit the linear baseline on captions."""
    params = TfidfParams.load()
    train = read_pairs(pairs / "train.parquet")
    with write_seconds(timing):
        classifier = tfidf.train_tfidf(train.captions, train.targets.tolist(), params)
    with new_folder(out) as folder:
        description = f"TF-IDF of 1 to {params.ngrams} words + logistic regression"
        classifier.save(folder, tfidf.card("tfidf", description, classifier, params))
    return f"{classifier.parameters} weights of {len(train)} captions -> {out}/"


if __name__ == "__main__":
    run(main)
