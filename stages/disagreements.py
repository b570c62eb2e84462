"""Where two models differ on the test split, who is right, and the cases to look at."""

from functools import partial
from pathlib import Path

from pairdx.core.outputs import write_json, write_text
from pairdx.core.params import load_seed
from pairdx.core.schema import PAIRS, read_images, read_table
from pairdx.core.stage import run
from pairdx.evidence.disagreements.disagreements import DisagreementsParams, count_words, summarise
from pairdx.evidence.disagreements.page import page
from pairdx.statistics.predictions.tables import read_together


def main(*, predictions: list[Path], pairs: Path, metrics: Path, gallery: Path) -> str:
    """Count the disagreements of two models by class and caption length, and lay them out."""
    params = DisagreementsParams.load()
    rows = read_table(pairs, PAIRS, ["id", "caption"]).to_pylist()
    models = read_together(predictions, [row["id"] for row in rows])
    words = count_words([row["caption"] for row in rows])
    summary = summarise(models, words, params, load_seed())
    write_json(metrics, summary)
    write_text(gallery, page(models, rows, partial(read_images, pairs), summary, params))
    return f"{summary['all']['differ']} of {len(rows)} pairs told differently -> {gallery}"


if __name__ == "__main__":
    run(main)
