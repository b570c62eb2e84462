"""Where a reader labels pairs: a page of one file that needs no network, or a spreadsheet."""

from collections.abc import Sequence
from pathlib import Path

from pairdx.core.schema import LABELS
from pairdx.evidence.labels.cases import GROUPS, LabelCase
from pairdx.pages.sheet import render_sheet
from pairdx.readers.labels import HEADER, UNCLEAR
from pairdx.readers.spreadsheet import shorten, to_csv

TEMPLATE = Path(__file__).with_name("page.html")
COLUMNS = (*HEADER, "caption")  # not what was given or suggested: seen first, they sway
# The digit that stands for each answer, in the order of the labels.
KEYS = {**{label: str(key) for key, label in enumerate(LABELS, start=1)}, UNCLEAR: "0"}


def render(cases: Sequence[LabelCase]) -> str:
    """Return the page as HTML, the cases in this order; a digit is the key of an answer."""
    return render_sheet(TEMPLATE, cases, GROUPS, HEADER, {"keys": KEYS})


def render_table(cases: Sequence[LabelCase]) -> str:
    """Return the same pairs as a CSV, for people who would rather answer in a spreadsheet."""
    return to_csv(COLUMNS, [(one.id, "", "", "", shorten(one.caption)) for one in cases])
