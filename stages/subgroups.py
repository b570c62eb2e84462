"""Score every model for each group of patients and pictures."""

from pathlib import Path

from pairdx.core.outputs import write_json, write_text
from pairdx.core.params import load_compared, load_seed
from pairdx.core.stage import run
from pairdx.evidence.subgroups.attributes import read_attributes
from pairdx.evidence.subgroups.params import SubgroupsParams
from pairdx.evidence.subgroups.subgroups import chart, summarise
from pairdx.statistics.predictions.tables import read_together, tables_of


def main(*, predictions: Path, test: Path, metrics: Path, plot: Path) -> str:
    """Score by sex, age, licence, kind of image and caption length, and find the largest gaps."""
    params, seed = SubgroupsParams.load(), load_seed()
    ids, attributes = read_attributes(test, params)
    summaries = {
        model: summarise(scored, attributes, params, seed)
        for model, scored in read_together(tables_of(predictions, load_compared()), ids).items()
    }
    write_json(metrics, summaries)
    write_text(plot, chart(summaries))
    return f"{len(summaries)} models by {len(attributes)} attributes -> {metrics}"


if __name__ == "__main__":
    run(main)
