"""Finding what could identify a person in a caption.

Rules written for figure captions, in which numbers abound that identify nobody (doses, dilutions,
vertebrae, p values) and names stand for diseases, stains and devices. Each kind has its module in
`pairdx.curate.identifiers`; they read the caption as a person would (`fold`), and the spans are of
the caption as it came. Every pattern repeats only bounded pieces, so that the time is linear in the
caption's length. Whatever is found, a modality word at its edge stays in the caption (`spare`).
One core reads about 6,000 captions a second (benchmarks/caption_screening.py).
"""

import re
from collections.abc import Iterator, Sequence

from pairdx.curate.identifiers.abbreviations import spare
from pairdx.curate.identifiers.ages import find_old_ages
from pairdx.curate.identifiers.contacts import find_addresses, find_emails, find_links, find_phones
from pairdx.curate.identifiers.dates import find_dates
from pairdx.curate.identifiers.kinds import Identifier
from pairdx.curate.identifiers.names import PersonReader, Span, find_names
from pairdx.curate.identifiers.records import find_records
from pairdx.curate.identifiers.text import fold

_DIGIT = re.compile(r"\d")
_WITH_DIGITS = ((find_phones, "phone"), (find_addresses, "address"))


def find_identifiers(caption: str, read_persons: PersonReader | None = None) -> list[Identifier]:
    """Find what could identify a person; the spans are sorted and do not overlap.

    Args:
        caption: any text.
        read_persons: a named-entity model to ask about doubtful names (`person_reader`).
    """
    folded = fold(caption)
    found = [
        Identifier(*folded.span(*spared), kind)
        for span, kind in _find(folded.text, read_persons)
        if (spared := spare(folded.text, span, kind))
    ]
    return _without_overlaps(found)


def _find(text: str, read_persons: PersonReader | None) -> Iterator[tuple[Span, str]]:
    """Yield spans and kinds, the surer kinds first."""
    for span in find_emails(text):
        yield span, "email"
    for span in find_links(text):
        yield span, "link"
    digits = bool(_DIGIT.search(text))
    for span in find_records(text) if digits else ():
        yield span, "record_number"
    for span in find_dates(text):
        yield span, "date"
    if digits:
        for finder, kind in _WITH_DIGITS:
            for span in finder(text):
                yield span, kind
    for span in find_old_ages(text):
        yield span, "old_age"
    for span in find_names(text, read_persons):
        yield span, "name"


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
