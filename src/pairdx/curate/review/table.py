"""The same pairs as a CSV, for people who would rather decide in a spreadsheet."""

from collections.abc import Sequence

from pairdx.curate.review.cases import ALL, Case
from pairdx.readers.spreadsheet import shorten, to_csv, visible

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
