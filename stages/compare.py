"""Put all models side by side: scores, sizes and times."""

from pathlib import Path
from typing import Annotated

import typer

from pairdx.outputs import write_json, write_text
from pairdx.report.comparison import (
    comparison_csv,
    comparison_json,
    comparison_markdown,
    read_comparison,
)
from pairdx.stage import run


def main(
    model: Annotated[list[str], typer.Option(help="Repeat for more.")],
    metrics: Annotated[Path, typer.Option(help="Folder of <model>.json.")],
    models: Annotated[Path, typer.Option(help="Folder of <model>/model.json.")],
    timing: Annotated[Path, typer.Option(help="Folder of cpu.json and train/<model>.json.")],
    test: Annotated[Path, typer.Option(help="The test split.")],
    scores: Annotated[Path, typer.Option(help="JSON without times to write.")],
    chart: Annotated[Path, typer.Option(help="CSV to write.")],
    table: Annotated[Path, typer.Option(help="Markdown to write.")],
) -> None:
    """Compare models by accuracy, macro-F1, parameters, training time and CPU time."""
    comparison = read_comparison(model, metrics, models, timing, test)
    write_json(scores, comparison_json(comparison))
    write_text(chart, comparison_csv(comparison))
    write_text(table, comparison_markdown(comparison))


if __name__ == "__main__":
    run(main)
