"""Explain predictions, check the explanations, and lay out some cases to look at."""

from pathlib import Path

from pairdx.core.csv_lines import to_csv
from pairdx.core.outputs import new_folder, write_json, write_text
from pairdx.core.params import load_compared, load_seed
from pairdx.core.stage import run
from pairdx.evidence.explanation.cases import ExplainParams, draw_cases
from pairdx.evidence.explanation.page import lay_out, page
from pairdx.evidence.explanation.study import Explained, explain_cases, study
from pairdx.models.common.card import trained
from pairdx.pages.gallery import write_sections
from pairdx.pairs.store import read_pairs
from pairdx.prediction.predict import load_model


def main(
    *, models: Path, predictions: list[Path], pairs: Path, metrics: Path, curves: Path, out: Path
) -> str:
    """Score the explanations of trained models; cases are drawn from two tables of predictions."""
    params, seed = ExplainParams.load(), load_seed()
    test = read_pairs(pairs)
    drawn = draw_cases(predictions, test.ids, params.cases, seed)
    opened = {name: load_model(models / name) for name in trained(models, load_compared())}
    explained = Explained.of(opened)
    found = study(explained, test, params, seed)
    cases = {
        kind: explain_cases(explained, test, rows, found.contributions, params.map_cells)
        for kind, rows in drawn.items()
    }
    inputs = {name: seen.input for name, seen in explained.images.items()}
    sections = lay_out(cases, test, inputs, params.thumbnail)
    write_json(metrics, found.summary)
    write_text(curves, to_csv(found.curves))
    with new_folder(out) as partial:
        write_text(partial / "index.html", page(sections))
        write_sections(partial / "cases.json", sections)
    return (
        f"{len(explained.images)} models on images, {len(explained.captions)} on captions -> {out}/"
    )


if __name__ == "__main__":
    run(main)
