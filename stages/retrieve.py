"""retrieve@model: an embeddings table -> how well images and captions find each other."""

from pathlib import Path

from pairdx.evaluate.retrieval import read_searches, summarise
from pairdx.outputs import write_json
from pairdx.params.base import load_seed
from pairdx.params.retrieve import RetrieveParams
from pairdx.stage import run


def main(*, embeddings: Path, metrics: Path) -> None:
    """Search images by images, images by captions and captions by images, with intervals."""
    params, seed = RetrieveParams.load(), load_seed()
    write_json(metrics, summarise(read_searches(embeddings), params, seed))


if __name__ == "__main__":
    run(main)
