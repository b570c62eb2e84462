"""retrieve@model: an embeddings table -> how well images and captions find each other."""

from pathlib import Path

from pairdx.core.outputs import write_json
from pairdx.core.params import load_seed
from pairdx.core.stage import run
from pairdx.evidence.retrieval.retrieval import RetrieveParams, read_searches, summarise


def main(*, embeddings: Path, metrics: Path) -> None:
    """Search images by images, images by captions and captions by images, with intervals."""
    params, seed = RetrieveParams.load(), load_seed()
    write_json(metrics, summarise(read_searches(embeddings), params, seed))


if __name__ == "__main__":
    run(main)
