"""Score one model's predictions: metrics with intervals, confusion and calibration."""

from pathlib import Path

import pandas as pd

from pairdx.core.outputs import write_json, write_text
from pairdx.core.params import load_seed
from pairdx.core.schema import LABELS
from pairdx.core.stage import run
from pairdx.evidence.scores.summary import ScoreParams, summarise
from pairdx.statistics.intervals.reported import DIGITS, estimate
from pairdx.statistics.scores.calibration import reliability
from pairdx.statistics.scores.classification import read_predictions


def main(
    *,
    predictions: Path,
    metrics: Path,
    confusion: Path,
    calibration: Path,
) -> str:
    """Score the predictions of one model on the test split, with intervals by article."""
    params, seed = ScoreParams.load(), load_seed()
    scored = read_predictions(predictions)
    bins = reliability(scored.confidence, scored.correct, params.calibration_bins)
    # DVC's confusion template counts rows: one actual,predicted row a pair.
    pairs = pd.DataFrame(
        {
            "actual": [LABELS[k] for k in scored.actual],
            "predicted": [LABELS[k] for k in scored.predicted],
        }
    ).sort_values(["actual", "predicted"])
    summary = summarise(scored, params, seed)
    write_json(metrics, summary)
    write_text(confusion, pairs.to_csv(index=False, lineterminator="\n"))
    write_text(calibration, bins.round(DIGITS).to_csv(index=False, lineterminator="\n"))
    return (
        f"accuracy {estimate(summary, 'accuracy')} on {summary['n']} pairs, "
        f"macro-F1 {estimate(summary, 'macro_f1')} -> {metrics}"
    )


if __name__ == "__main__":
    run(main)
