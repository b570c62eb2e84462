"""external@name: all models on the pairs of another source -> scores, and drops against test."""

from pathlib import Path

from tqdm import tqdm

from pairdx.core.outputs import new_folder, write_json
from pairdx.core.params import load_seed
from pairdx.core.stage import run
from pairdx.evidence.external.overlap import read_training_images
from pairdx.evidence.external.pairs import predict, read_external
from pairdx.evidence.external.params import ExternalParams
from pairdx.evidence.external.scores import summarise_external
from pairdx.prediction.predict import OpenedModel
from pairdx.statistics.scores.classification import read_predictions


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
