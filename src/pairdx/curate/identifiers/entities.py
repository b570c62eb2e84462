"""Persons as a named-entity model sees them, to support the rules (optional extra ``ner``).

On captions a small model calls about 30 % of eponyms a person, so it decides nothing: it is asked
only about words that already have the form of a name, are no eponym and name no thing.
"""

from functools import cache
from typing import TYPE_CHECKING

from pairdx.curate.identifiers.names import PersonReader, Span
from pairdx.errors import PairdxError

if TYPE_CHECKING:
    from spacy.language import Language

MODEL = "en_core_web_sm"
LONGEST = 5000  # characters; a model's memory grows with the text, a caption's does not


def person_reader() -> PersonReader:
    """Return what reads the persons of a text.

    Raises:
        PairdxError: spaCy or its model is not installed.
    """
    model = _load()

    def read(text: str) -> list[Span]:
        entities = model(text[:LONGEST]).ents
        return [(one.start_char, one.end_char) for one in entities if one.label_ == "PERSON"]

    return read


@cache
def _load() -> "Language":
    try:
        import spacy  # the extra may be missing, and is slow to import

        return spacy.load(MODEL, exclude=["parser", "lemmatizer", "attribute_ruler", "tagger"])
    except (ImportError, OSError) as error:
        raise PairdxError(
            f"scan.named_entities = true; spaCy and its model {MODEL} are needed "
            f"({type(error).__name__}): install pairdx[ner], or set it to false"
        ) from error
