"""embed@model: a CLIP-like model and the test pairs -> the embeddings of images and captions."""

from pathlib import Path

from pairdx.data.store import read_pairs
from pairdx.schema import EMBEDDINGS, write_table
from pairdx.serve.embed import embed_pairs, load_embedder
from pairdx.stage import run


def main(*, model: Path, pairs: Path, out: Path) -> None:
    """Embed the pairs of one split, each image and each caption by itself."""
    write_table(embed_pairs(load_embedder(model), read_pairs(pairs)), out, EMBEDDINGS)


if __name__ == "__main__":
    run(main)
