"""compare: predictions of all models -> their scores side by side."""

from pathlib import Path

from pairdx.core.outputs import write_json, write_text
from pairdx.core.params import load_models, load_seed
from pairdx.core.stage import run
from pairdx.evidence.comparison.comparison import chart_csv, headline_of, scores_of
from pairdx.evidence.scores.summary import ScoreParams, summarise
from pairdx.prediction.tables import read_together, tables_of


def main(*, predictions: Path, headline: Path, metrics: Path, chart: Path) -> str:
    """Score every model on the test split, with intervals by article."""
    params, seed = ScoreParams.load(), load_seed()
    models = read_together(tables_of(predictions, load_models()))
    scores = {name: scores_of(summarise(one, params, seed)) for name, one in models.items()}
    write_json(headline, headline_of(scores))
    write_json(metrics, scores)
    write_text(chart, chart_csv(scores))
    best = max(scores, key=lambda name: scores[name]["macro_f1"] or 0)
    return f"{len(scores)} models, the best is {best} -> {metrics}"


if __name__ == "__main__":
    run(main)
