"""Compare every two models on the test split: intervals, McNemar's test, Holm's correction."""

from pathlib import Path

from pairdx.core.outputs import write_json, write_text
from pairdx.core.params import load_seed
from pairdx.core.stage import run
from pairdx.evidence.significance.differences import (
    differences_csv,
    differences_json,
    differences_markdown,
)
from pairdx.evidence.significance.significance import SignificanceParams, compare_all
from pairdx.prediction.tables import read_together


def main(*, predictions: list[Path], metrics: Path, plot: Path, table: Path) -> None:
    """Say which differences between models are real, from their predictions alone."""
    models = read_together(predictions)
    found = compare_all(models, SignificanceParams.load(), load_seed())
    articles = models[predictions[0].stem].articles
    write_json(metrics, differences_json(found))
    write_text(plot, differences_csv(found))
    write_text(table, differences_markdown(found, len(articles), int(articles.max()) + 1))


if __name__ == "__main__":
    run(main)
