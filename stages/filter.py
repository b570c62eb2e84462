"""Choose the cohort: adults, modalities, licences, six classes."""

from pathlib import Path

from pairdx.core.outputs import write_json, write_text
from pairdx.core.schema import COHORT, write_table
from pairdx.core.stage import run
from pairdx.curate.filter.cohort import attrition_csv, images_present, select_cohort
from pairdx.curate.filter.params import FilterParams
from pairdx.sources.provenance import summary
from pairdx.sources.raw import archives, read_chunks


def main(
    *,
    raw: Path,
    out: Path,
    metrics: Path,
    plot: Path,
) -> str:
    """Choose the cohort and count what each step loses."""
    params = FilterParams.load()
    present = images_present(raw, archives(raw))
    cohort, attrition = select_cohort(read_chunks(raw), present, params)
    write_table(cohort, out, COHORT)
    source = summary(raw)
    origin = {"source": source} if source else {}
    write_json(metrics, {"pairs": len(cohort), **origin, "steps": attrition})
    write_text(plot, attrition_csv(attrition))
    return f"{len(cohort)} of {attrition['all']['total']} images"


if __name__ == "__main__":
    run(main)
