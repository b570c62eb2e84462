"""The page on which a reader decides: one HTML file that needs no network and no server."""

from collections.abc import Sequence
from pathlib import Path

from pairdx.curate.review.cases import GROUPS, Case
from pairdx.pages.sheet import render_sheet
from pairdx.readers.decisions import HEADER

TEMPLATE = Path(__file__).with_suffix(".html")


def render(cases: Sequence[Case], readers: int) -> str:
    """Return the page as HTML.

    Args:
        cases: what is shown, in this order.
        readers: how many people share the cases.
    """
    return render_sheet(TEMPLATE, cases, GROUPS, HEADER, {"readers": readers})
