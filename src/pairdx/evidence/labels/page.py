"""The page on which a reader labels pairs: one HTML file that needs no network and no server."""

from collections.abc import Sequence
from pathlib import Path

from pairdx.core.schema import LABELS
from pairdx.evidence.labels.cases import GROUPS, LabelCase
from pairdx.pages.sheet import render_sheet
from pairdx.readers.labels import HEADER, UNCLEAR

TEMPLATE = Path(__file__).with_suffix(".html")
KEYS = {**{label: str(key) for key, label in enumerate(LABELS, start=1)}, UNCLEAR: "0"}


def render(cases: Sequence[LabelCase]) -> str:
    """Return the page as HTML, the cases in this order."""
    return render_sheet(TEMPLATE, cases, GROUPS, HEADER, {"keys": KEYS})
