"""Where a reader decides: a page of one file that needs no network, or a spreadsheet of it."""

from collections.abc import Sequence
from pathlib import Path

from pairdx.curate.review.cases import ALL, GROUPS, Case
from pairdx.pages.sheet import render_sheet
from pairdx.readers.decisions import HEADER
from pairdx.readers.spreadsheet import shorten, to_csv, visible

TEMPLATE = Path(__file__).with_name("page.html")
COLUMNS = (
    "id",
    "decision",
    "reader",
    "note",
    "label",
    "group",
    "read_by",
    "proposed",
    "reasons",
    "found",
    "caption",
    "content",
)


def render(cases: Sequence[Case], readers: int) -> str:
    """Return the page as HTML.

    Args:
        cases: what is shown, in this order.
        readers: how many people share the cases.
    """
    return render_sheet(TEMPLATE, cases, GROUPS, HEADER, {"readers": readers})


def render_table(cases: Sequence[Case]) -> str:
    """Return a row a case, ``decision``, ``reader`` and ``note`` empty."""
    return to_csv(COLUMNS, [_row(case) for case in cases])


def _row(case: Case) -> tuple[str, ...]:
    found = [f"{kind} at {start + 1}-{end}" for start, end, kind in case.spans]
    image = [box for box in case.boxes if box["what"] in ("masked", "doubtful")]
    found += [f"{box['kind']} in the image" for box in image]
    read_by = "all" if case.reader == ALL else str(case.reader)
    return (
        case.id,
        "",
        "",
        "",
        case.label,
        case.group,
        read_by,
        case.proposed,
        "; ".join(case.reasons),
        "; ".join(found),
        shorten(visible(case.caption)),
        case.content,
    )
