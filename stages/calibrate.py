"""Calibrate every model on validation; measure on test what that and abstaining bring."""

from pathlib import Path

from pairdx.core.outputs import new_folder, write_json, write_text
from pairdx.core.params import load_compared, load_seed
from pairdx.core.stage import run
from pairdx.evidence.calibration.charts import reliability_csv, risk_coverage_csv, sets_csv
from pairdx.evidence.calibration.confidence import summarise
from pairdx.evidence.calibration.params import CalibrateParams
from pairdx.statistics.predictions.tables import read_together, tables_of


def main(
    *,
    test: Path,
    validation: Path,
    metrics: Path,
    reliability: Path,
    risk_coverage: Path,
    sets: Path,
) -> str:
    """Fit temperatures on validation predictions and score the test predictions with them."""
    params, seed = CalibrateParams.load(), load_seed()
    names = load_compared()
    tests, validations = (read_together(tables_of(split, names)) for split in (test, validation))
    found = {
        name: summarise(model, validations[name], params, seed) for name, model in tests.items()
    }
    temperatures = {name: summary["temperature"] for name, summary in found.items()}
    with new_folder(metrics) as folder:
        for name, summary in found.items():
            write_json(folder / f"{name}.json", {"model": name, **summary})
    write_text(reliability, reliability_csv(tests, temperatures, params.calibration_bins))
    write_text(sets, sets_csv(found))
    write_text(risk_coverage, risk_coverage_csv(tests, temperatures))
    return f"temperatures of {len(found)} models -> {metrics}/"


if __name__ == "__main__":
    run(main)
