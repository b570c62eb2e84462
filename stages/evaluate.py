"""Score one model's predictions: metrics with intervals, and confusion."""

from pathlib import Path

import pandas as pd

from pairdx.core.csv_lines import to_csv
from pairdx.core.outputs import write_json, write_text
from pairdx.core.params import load_seed
from pairdx.core.schema import LABELS
from pairdx.core.stage import run
from pairdx.statistics.intervals.reported import estimate
from pairdx.statistics.predictions.summary import ScoreParams, summarise
from pairdx.statistics.predictions.tables import read_predictions


def main(*, predictions: Path, metrics: Path, confusion: Path) -> str:
    """Score the predictions of one model on the test split, with intervals by article."""
    params, seed = ScoreParams.load(), load_seed()
    scored = read_predictions(predictions)
    summary = summarise(scored, params, seed)
    # DVC's confusion template counts rows: one actual,predicted row a pair.
    pairs = pd.DataFrame(
        {
            "actual": [LABELS[k] for k in scored.actual],
            "predicted": [LABELS[k] for k in scored.predicted],
        }
    ).sort_values(["actual", "predicted"])
    write_json(metrics, summary)
    write_text(confusion, to_csv(pairs))
    accuracy, macro_f1 = (estimate(summary, name) for name in ("accuracy", "macro_f1"))
    return f"accuracy {accuracy}, macro-F1 {macro_f1} on {summary['n']} pairs -> {metrics}"


if __name__ == "__main__":
    run(main)
