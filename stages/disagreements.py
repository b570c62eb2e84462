"""Where two models differ on the test split, who is right, and the cases to look at."""

from pathlib import Path

from pairdx.errors import PairdxError
from pairdx.evaluate.disagreements import count_words, summarise
from pairdx.evaluate.together import read_together
from pairdx.outputs import write_json, write_text
from pairdx.params.base import load_seed
from pairdx.params.disagreements import DisagreementsParams
from pairdx.report.disagreements import page
from pairdx.schema import PAIRS, PREDICTIONS, read_table
from pairdx.stage import run


def main(*, predictions: list[Path], pairs: Path, metrics: Path, gallery: Path) -> None:
    """Count the disagreements of two models by class and caption length, and lay them out."""
    params = DisagreementsParams.load()
    models = read_together(predictions)
    rows = read_table(pairs, PAIRS, ["id", "caption", "image"]).to_pylist()
    ids = read_table(predictions[0], PREDICTIONS, ["id"])["id"].to_pylist()
    if [row["id"] for row in rows] != ids:
        raise PairdxError(f"{predictions[0]}: other pairs than {pairs}; run `dvc repro`")
    words = count_words([row["caption"] for row in rows])
    summary = summarise(models, words, params, load_seed())
    write_json(metrics, summary)
    write_text(gallery, page(models, rows, summary, params))


if __name__ == "__main__":
    run(main)
