"""Ages over 89 as one category, as the Safe Harbor rule of HIPAA wants them."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

OLDEST = 90.0  # years: this age and all above are one
_ONES = "one|two|three|four|five|six|seven|eight|nine"
OVER_89 = (
    rf"(?:9\d|1[01]\d|12[0-5]|ninety(?:[- ](?:{_ONES}))?|"
    rf"(?:one |a )?hundred(?:[- ](?:and[- ])?(?:{_ONES}|ten|eleven|twelve))?)"
)
_NUMBER = re.compile(OVER_89, re.IGNORECASE)


def generalise_age(age: float | None) -> float | None:
    """Return ``age`` in years, with everything over 89 as 90."""
    return age if age is None else min(age, OLDEST)


def generalise_age_text(age: str) -> str:
    """Return ``90+-year-old`` for ``94-year-old``: the number goes, the wording stays."""
    general, replaced = _NUMBER.subn("90+", age, count=1)
    return general if replaced else "90+ years"  # in digits that only `fold` can read


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


def mask(caption: str, identifiers: Sequence[Identifier], kinds: Collection[str]) -> str:
    """Put ``[date]``, ``[name]``, … in the place of the identifiers of these ``kinds``.

    The words say what stood there and nothing of the image. An age over 89 keeps its wording:
    ``94-year-old`` becomes ``90+-year-old``.
    """
    for identifier in sorted(identifiers, reverse=True):
        if identifier.kind in kinds:
            start, end, kind = identifier.start, identifier.end, identifier.kind
            text = caption[start:end]
            instead = generalise_age_text(text) if kind == "old_age" else PLACEHOLDERS[kind]
            caption = f"{caption[:start]}{instead}{caption[end:]}"
    return caption
