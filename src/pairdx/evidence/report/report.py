"""Everything that other stages found out, put together for one page."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pairdx.evidence.report import conclusions, costs, failures, making, pairs, scores
from pairdx.evidence.report.blocks import told
from pairdx.evidence.report.page import Figure, Report
from pairdx.evidence.report.pairs import Pairs
from pairdx.evidence.report.records import Records
from pairdx.models.common.card import ModelCard


@dataclass(frozen=True)
class Run:
    """Where a run left what it made, and what of its params the report goes by.

    ``data`` holds a table of pairs a split, ``models`` a folder a model, ``cases`` what `explain`
    found in some pairs. ``compared`` are the models in the order of every table, ``others`` the
    other sources they were measured on; intervals are of this ``confidence``, and pairs to show
    are drawn by the ``seed``.
    """

    records: Records
    data: Path
    models: Path
    cases: Path
    compared: Sequence[str]
    others: Sequence[str]
    confidence: float
    seed: int


def assemble(run: Run) -> Report:
    """Read the results and lay them out.

    Raises:
        PairdxError: a file is damaged, or there are no pairs, models or scores.
    """
    cards = {name: ModelCard.load(run.models / name) for name in run.compared}
    trained = [name for name, card in cards.items() if card.trained] or list(cards)
    of, records = Pairs.read(run.data), run.records
    return Report(
        drawn=of.drawn,
        figures=_figures(records, of, run.compared, trained),
        summary=conclusions.summary(records, trained, run.confidence),
        chapters=(
            pairs.chapter(records, of, run.seed),
            scores.chapter(records, run.compared, trained),
            failures.chapter(records, run.compared, run.others, run.cases, drawn=of.drawn),
            costs.chapter(records, run.models, cards),
            conclusions.chapter(records, of, run.compared, trained, run.confidence),
            making.chapter(records, run.data / "test.parquet"),
        ),
    )


def _figures(
    records: Records, of: Pairs, compared: Sequence[str], trained: Sequence[str]
) -> tuple[Figure, ...]:
    first = conclusions.best(records, trained)
    value, _, interval = told(records.metric(first), "accuracy").partition(" ")
    return (
        Figure("pairs", f"{of.table.num_rows:,}"),
        Figure("articles", f"{of.articles:,}"),
        Figure("models compared", str(len(compared))),
        Figure(f"accuracy of {first}", value, interval),
    )
