"""Explain predictions, check the explanations, and lay out some cases to look at."""

from pathlib import Path

from pairdx.data.store import read_pairs
from pairdx.evaluate.disputed import draw_cases
from pairdx.evaluate.explanation_study import Explained, explain_cases, study
from pairdx.outputs import new_folder, write_json, write_text
from pairdx.params.base import load_seed
from pairdx.params.explain import ExplainParams
from pairdx.report.explanations import render_cases
from pairdx.serve.predict import load_model
from pairdx.stage import run


def main(
    *,
    model: list[Path],
    predictions: list[Path],
    pairs: Path,
    metrics: Path,
    curves: Path,
    out: Path,
) -> None:
    """Score the explanations of every --model; cases are drawn from two tables of predictions."""
    params, seed = ExplainParams.load(), load_seed()
    test = read_pairs(pairs)
    drawn = draw_cases(predictions, test.ids, params.cases, seed)
    models = Explained.of({folder.name: load_model(folder) for folder in model})
    found = study(models, test, params, seed)
    cases = {
        kind: explain_cases(models, test, rows, found.contributions, params.map_cells)
        for kind, rows in drawn.items()
    }
    inputs = {name: seen.input for name, seen in models.images.items()}
    write_json(metrics, found.summary)
    write_text(curves, found.curves.to_csv(index=False, lineterminator="\n"))
    with new_folder(out) as partial:
        page = render_cases(cases, test, inputs, params.thumbnail)
        write_text(partial / "index.html", page)


if __name__ == "__main__":
    run(main)
