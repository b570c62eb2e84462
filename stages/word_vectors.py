"""word_vectors: training captions (or a file) -> a vector a word."""

from pathlib import Path

from pairdx.core.outputs import write_json
from pairdx.core.params import load_seed
from pairdx.core.schema import PAIRS, SPLITS, read_table
from pairdx.core.stage import run
from pairdx.models.weights.fetch import obtain_file
from pairdx.models.weights.registry import WeightsParams, of_words
from pairdx.pairs.text import coverage
from pairdx.training.word_vectors.params import WordVectorsParams
from pairdx.training.word_vectors.word_vectors import build_word_vectors


def main(*, pairs: Path, out: Path, metrics: Path) -> str:
    """Make the table of word vectors, and say what share of each split's tokens it knows."""
    params, seed = WordVectorsParams.load(), load_seed()
    captions = {
        split: read_table(pairs / f"{split}.parquet", PAIRS, ["caption"])["caption"].to_pylist()
        for split in SPLITS
    }
    registered = of_words(params.source, params.name)
    fetched = obtain_file(registered, WeightsParams.load().folder) if registered else None
    vectors = build_word_vectors(captions["train"], params, seed, fetched)
    vectors.save(out)
    words = vectors.vocabulary.words
    covered = {split: round(coverage(texts, words), 6) for split, texts in captions.items()}
    write_json(metrics, {"words": len(words), "coverage": covered})
    return f"{len(words)} words, {covered['test']:.1%} of the test split's -> {out}"


if __name__ == "__main__":
    run(main)
