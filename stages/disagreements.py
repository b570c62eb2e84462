"""Where two models differ on the test split, who is right, and the cases to look at."""

from pathlib import Path

from pairdx.evaluate.disagreements import count_words, summarise
from pairdx.evaluate.together import read_together
from pairdx.outputs import write_json, write_text
from pairdx.params.base import load_seed
from pairdx.params.disagreements import DisagreementsParams
from pairdx.report.disagreements import page
from pairdx.schema import PAIRS, read_table
from pairdx.stage import run


def main(*, predictions: list[Path], pairs: Path, metrics: Path, gallery: Path) -> None:
    """Count the disagreements of two models by class and caption length, and lay them out."""
    params = DisagreementsParams.load()
    rows = read_table(pairs, PAIRS, ["id", "caption", "image"]).to_pylist()
    models = read_together(predictions, [row["id"] for row in rows])
    words = count_words([row["caption"] for row in rows])
    summary = summarise(models, words, params, load_seed())
    write_json(metrics, summary)
    write_text(gallery, page(models, rows, summary, params))


if __name__ == "__main__":
    run(main)
