"""retrieve: embeddings of every CLIP-like model -> how well images and captions find each other."""

from pathlib import Path

from pairdx.core.outputs import new_folder, write_json
from pairdx.core.params import load_seed
from pairdx.core.stage import run
from pairdx.evidence.retrieval.params import RetrieveParams
from pairdx.evidence.retrieval.retrieval import (
    precisions,
    read_searches,
    summarise,
)


def main(*, embeddings: Path, metrics: Path, headline: Path) -> str:
    """Search images by images, images by captions and captions by images, with intervals."""
    params, seed = RetrieveParams.load(), load_seed()
    told = {
        name: summarise(read_searches(embeddings / f"{name}.parquet"), params, seed)
        for name in params.models
    }
    with new_folder(metrics) as folder:
        for name, summary in told.items():
            write_json(folder / f"{name}.json", summary)
    write_json(headline, precisions(told))
    return f"{len(told)} models -> {metrics}/"


if __name__ == "__main__":
    run(main)
