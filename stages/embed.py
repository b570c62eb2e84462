"""embed@model: a CLIP-like model and the test pairs -> the embeddings of images and captions."""

from pathlib import Path

from pairdx.core.schema import EMBEDDINGS, write_table
from pairdx.core.stage import run
from pairdx.pairs.store import read_pairs
from pairdx.prediction.embed import embed_pairs, load_embedder


def main(*, model: Path, pairs: Path, out: Path) -> str:
    """Embed the pairs of one split, each image and each caption by itself."""
    table = embed_pairs(load_embedder(model), read_pairs(pairs))
    write_table(table, out, EMBEDDINGS)
    return f"{table.num_rows} pairs -> {out}"


if __name__ == "__main__":
    run(main)
