"""compare: predictions of all models -> their scores side by side, and which differences hold."""

from pathlib import Path

from pairdx.core.outputs import write_json, write_text
from pairdx.core.params import load_compared, load_seed
from pairdx.core.stage import run
from pairdx.evidence.comparison import comparison, differences
from pairdx.evidence.comparison.significance import compare_all
from pairdx.statistics.predictions.summary import ScoreParams, summarise
from pairdx.statistics.predictions.tables import read_together, tables_of


def main(
    *,
    predictions: Path,
    headline: Path,
    scores: Path,
    chart: Path,
    significance: Path,
    differences_chart: Path,
    table: Path,
) -> str:
    """Score every model on the test split, and compare every two, with intervals by article."""
    params, seed = ScoreParams.load(), load_seed()
    models = read_together(tables_of(predictions, load_compared()))
    scored = {
        name: comparison.scores_of(summarise(one, params, seed)) for name, one in models.items()
    }
    found = compare_all(models, params, seed)
    articles = next(iter(models.values())).articles
    write_json(headline, comparison.headline_of(scored))
    write_json(scores, scored)
    write_text(chart, comparison.chart_csv(scored))
    write_json(significance, differences.differences_json(found))
    write_text(differences_chart, differences.differences_csv(found))
    told = differences.differences_markdown(found, len(articles), int(articles.max()) + 1)
    write_text(table, told)
    held = sum(row["p_by_article_holm"] < 1 - params.confidence for row in found)
    return f"{len(scored)} models; {held} of {len(found)} differences hold by article -> {table}"


if __name__ == "__main__":
    run(main)
