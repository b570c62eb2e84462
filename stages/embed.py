"""embed: CLIP-like models and the test pairs -> the embeddings of images and captions."""

from pathlib import Path

from pairdx.core.outputs import new_folder
from pairdx.core.schema import EMBEDDINGS, write_table
from pairdx.core.stage import run
from pairdx.evidence.retrieval.params import RetrieveParams
from pairdx.prediction.spread import SpreadModel


def main(*, models: Path, pairs: Path, out: Path) -> str:
    """Embed the pairs of one split by every model, each image and each caption by itself."""
    names = RetrieveParams.load().models
    with new_folder(out) as folder:
        for name in names:
            table = SpreadModel.at(models / name).embed(pairs)
            write_table(table, folder / f"{name}.parquet", EMBEDDINGS)
    return f"{table.num_rows} pairs by {len(names)} models -> {out}/"


if __name__ == "__main__":
    run(main)
