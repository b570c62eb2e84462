"""report: what all other stages found out -> one page to read, to print and to hand on."""

from pathlib import Path

from pairdx.core.outputs import write_text
from pairdx.core.params import load_compared, load_seed
from pairdx.core.stage import run
from pairdx.evidence.external.params import ExternalParams
from pairdx.evidence.report.page import render
from pairdx.evidence.report.records import Records
from pairdx.evidence.report.report import Run, assemble
from pairdx.statistics.intervals.params import IntervalParams


def main(*, pairs: Path, models: Path, metrics: Path, plots: Path, cases: Path, page: Path) -> str:
    """Lay out data, models, errors, costs, conclusions and how it was made."""
    params = IntervalParams.load()
    made = Run(
        records=Records(metrics, plots),
        data=pairs,
        models=models,
        cases=cases,
        compared=load_compared(),
        others=list(ExternalParams.load().folders),
        confidence=params.confidence,
        seed=load_seed(),
    )
    write_text(page, render(assemble(made)))
    return f"{len(made.compared)} models, {len(made.others)} other sources -> {page}"


if __name__ == "__main__":
    run(main)
