"""The kinds of identifiers in captions, and what is put in their place."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pairdx.curate.identifiers.generalise import generalise_age_text

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
