"""Compare every two models on the test split: intervals, McNemar's test, Holm's correction."""

from pathlib import Path

from pairdx.core.outputs import write_json, write_text
from pairdx.core.params import load_models, load_seed
from pairdx.core.stage import run
from pairdx.evidence.significance.differences import (
    differences_csv,
    differences_json,
    differences_markdown,
)
from pairdx.evidence.significance.significance import compare_all
from pairdx.prediction.tables import read_together, tables_of
from pairdx.statistics.intervals.params import IntervalParams


def main(*, predictions: Path, metrics: Path, plot: Path, table: Path) -> str:
    """Say which differences between models are real, from their predictions alone."""
    models = read_together(tables_of(predictions, load_models()))
    params = IntervalParams.load()
    found = compare_all(models, params, load_seed())
    articles = next(iter(models.values())).articles
    write_json(metrics, differences_json(found))
    write_text(plot, differences_csv(found))
    write_text(table, differences_markdown(found, len(articles), int(articles.max()) + 1))
    held = sum(row["p_by_article_holm"] < 1 - params.confidence for row in found)
    return f"{held} of {len(found)} differences hold by article -> {table}"


if __name__ == "__main__":
    run(main)
