import importlib.util

import pytest

from pairdx.core.errors import PairdxError
from pairdx.curate.identifiers import entities
from pairdx.curate.identifiers.captions import find_identifiers

INSTALLED = importlib.util.find_spec("spacy") is not None
CAPTION = "Slit-lamp image, Tjaarda Hoekstra, left eye with pigment, a Krukenberg spindle."


def persons(*names):
    return lambda text: [(text.index(name), text.index(name) + len(name)) for name in names]


def test_a_model_supports_a_doubtful_name_and_decides_nothing_else():
    read = persons("Tjaarda Hoekstra", "Krukenberg", "image")
    assert find_identifiers(CAPTION) == []
    found = find_identifiers(CAPTION, read)
    assert [CAPTION[one.start : one.end] for one in found] == ["Tjaarda Hoekstra"]


def test_a_model_is_not_asked_where_nothing_is_open():
    def refuse(text):
        raise AssertionError(text)

    assert find_identifiers("CT of the chest with Hodgkin lymphoma.", refuse) == []


@pytest.mark.skipif(INSTALLED, reason="spaCy is installed")
def test_a_missing_extra_is_named():
    with pytest.raises(PairdxError, match=r"named_entities = True; spaCy .*pairdx\[ner\]"):
        entities.person_reader()


@pytest.mark.skipif(not INSTALLED, reason="the extra ner is not installed")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what spaCy imports
def test_the_real_model_supports_a_doubtful_name():
    found = find_identifiers(CAPTION, entities.person_reader())
    assert [CAPTION[one.start : one.end] for one in found] == ["Tjaarda Hoekstra"]
