"""external@name: all models on the pairs of another source -> scores, and drops against test."""

from pathlib import Path

from tqdm import tqdm

from pairdx.curate.overlap import read_training_images
from pairdx.evaluate.classification import read_predictions
from pairdx.evaluate.external import summarise_external
from pairdx.outputs import new_folder, write_json
from pairdx.params.base import load_seed
from pairdx.params.external import ExternalParams
from pairdx.serve.external import predict, read_external
from pairdx.serve.opened import OpenedModel
from pairdx.stage import run


def main(
    *,
    folder: Path,
    model: list[Path],
    predictions: Path,
    train: Path,
    scrubbed: Path,
    metrics: Path,
) -> None:
    """Score each model on a folder's pairs, as trained."""
    params, seed = ExternalParams.load(), load_seed()
    external = read_external(
        folder,
        read_training_images(train, scrubbed),
        params.max_side,
        drop_bad_rows=params.bad_rows == "drop",
    )
    with new_folder(metrics) as out:
        for path in tqdm(model, desc="external", unit="model", disable=None):
            scored = predict(OpenedModel.open(path), external.pairs)
            test = read_predictions(predictions / f"{path.name}.parquet")
            summary = summarise_external(scored, test, params.evaluate, seed)
            write_json(out / f"{path.name}.json", summary | external.facts())


if __name__ == "__main__":
    run(main)
