"""Put all models side by side: scores, sizes and times."""

from pathlib import Path

from pairdx.core.outputs import write_json, write_text
from pairdx.core.stage import run
from pairdx.evidence.comparison.comparison import (
    comparison_csv,
    comparison_json,
    comparison_markdown,
    read_comparison,
)


def main(
    *,
    model: list[str],
    metrics: Path,
    models: Path,
    timing: Path,
    test: Path,
    scores: Path,
    chart: Path,
    table: Path,
) -> None:
    """Compare models by accuracy, macro-F1, parameters, training time and CPU time."""
    comparison = read_comparison(model, metrics, models, timing, test)
    write_json(scores, comparison_json(comparison))
    write_text(chart, comparison_csv(comparison))
    write_text(table, comparison_markdown(comparison))


if __name__ == "__main__":
    run(main)
