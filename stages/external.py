"""external@name: all models on the pairs of another source -> scores, and drops against test."""

from pathlib import Path

from tqdm import tqdm

from pairdx.core.checkout import kept
from pairdx.core.outputs import new_folder, write_json
from pairdx.core.params import load_compared, load_seed
from pairdx.core.stage import run
from pairdx.curate.scan.params import ScanParams
from pairdx.curate.scan.scan import CACHE
from pairdx.curate.scrub.params import ScrubParams
from pairdx.evidence.external.overlap import read_training_images
from pairdx.evidence.external.pairs import Screen, predict, read_external
from pairdx.evidence.external.params import ExternalParams
from pairdx.evidence.external.scores import summarise_external
from pairdx.prediction.predict import OpenedModel
from pairdx.statistics.predictions.tables import read_predictions


def main(
    *,
    folder: Path,
    models: Path,
    predictions: Path,
    train: Path,
    scrubbed: Path,
    metrics: Path,
) -> str:
    """Score each model on a folder's pairs, as trained."""
    params, seed, names = ExternalParams.load(), load_seed(), load_compared()
    screen = Screen(ScanParams.load(), ScrubParams.load(), kept(CACHE))
    external = read_external(
        folder,
        read_training_images(train, scrubbed),
        screen if params.screen else screen.off(),
        drop_bad_rows=params.bad_rows == "drop",
    )
    with new_folder(metrics) as out:
        for name in tqdm(names, desc="external", unit="model", disable=None):
            scored = predict(OpenedModel.open(models / name), external.pairs)
            test = read_predictions(predictions / f"{name}.parquet")
            summary = summarise_external(scored, test, params.scores, seed)
            write_json(out / f"{name}.json", summary | external.facts())
    return f"{len(names)} models on {len(external.pairs)} pairs -> {metrics}/"


if __name__ == "__main__":
    run(main)
