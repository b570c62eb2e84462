"""Identifiers in captions, and masking them.

Rules written for figure captions, in which numbers abound that identify nobody (doses, dilutions,
vertebrae, p values) and names stand for diseases, stains and devices. Each kind has its module in
`pairdx.curate.identifiers`; they read the caption as a person would (`fold`), and the spans are of
the caption as it came. Every pattern repeats only bounded pieces, so that the time is linear in the
caption's length. One core reads about 8,000 captions a second.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from pairdx.curate.identifiers.ages import find_old_ages, generalise_age_text
from pairdx.curate.identifiers.contacts import (
    find_addresses,
    find_emails,
    find_links,
    find_phones,
)
from pairdx.curate.identifiers.dates import find_dates
from pairdx.curate.identifiers.names import find_names
from pairdx.curate.identifiers.records import find_records
from pairdx.curate.identifiers.text import fold

# What stands in the caption instead.
PLACEHOLDERS = {
    "date": "[date]",
    "email": "[email]",
    "phone": "[phone]",
    "record_number": "[number]",
    "name": "[name]",
    "address": "[address]",
    "link": "[link]",
    "old_age": "90+",
}
KINDS = tuple(PLACEHOLDERS)


@dataclass(frozen=True, order=True)
class Identifier:
    """Characters ``start`` to ``end`` of a caption, and what they are (one of ``KINDS``)."""

    start: int
    end: int
    kind: str


_DIGIT = re.compile(r"\d")


def find_identifiers(caption: str) -> list[Identifier]:
    """Find what could identify a person; the spans are sorted and do not overlap."""
    folded = fold(caption)
    found = [Identifier(*folded.span(*span), kind) for span, kind in _find(folded.text)]
    return _without_overlaps(found)


def _find(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield spans and kinds, the surer kinds first."""
    for span in find_emails(text):
        yield span, "email"
    for span in find_links(text):
        yield span, "link"
    if _DIGIT.search(text):
        for finder, kind in (
            (find_records, "record_number"),
            (find_dates, "date"),
            (find_phones, "phone"),
            (find_addresses, "address"),
        ):
            for span in finder(text):
                yield span, kind
    for span in find_old_ages(text):
        yield span, "old_age"
    for span in find_names(text):
        yield span, "name"


def mask(caption: str, identifiers: Sequence[Identifier], kinds: Collection[str]) -> str:
    """Put ``[date]``, ``[name]``, … in the place of the identifiers of these ``kinds``.

    An age over 89 keeps its wording: ``94-year-old`` becomes ``90+-year-old``.
    """
    for identifier in sorted(identifiers, reverse=True):
        if identifier.kind in kinds:
            start, end, kind = identifier.start, identifier.end, identifier.kind
            text = caption[start:end]
            instead = generalise_age_text(text) if kind == "old_age" else PLACEHOLDERS[kind]
            caption = f"{caption[:start]}{instead}{caption[end:]}"
    return caption


def _without_overlaps(found: Sequence[Identifier]) -> list[Identifier]:
    """Of spans that overlap keep the first in the order given, which is the surer kind."""
    taken = bytearray(max((identifier.end for identifier in found), default=0))
    kept: list[Identifier] = []
    for identifier in found:
        span = slice(identifier.start, identifier.end)
        if not any(taken[span]):
            taken[span] = b"\1" * (identifier.end - identifier.start)
            kept.append(identifier)
    return sorted(kept)
