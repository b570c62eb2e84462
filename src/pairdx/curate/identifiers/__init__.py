"""Rules that find what could identify a person in a caption, one module a kind."""

from pairdx.curate.identifiers.captions import find_identifiers
from pairdx.curate.identifiers.kinds import Identifier

__all__ = ["Identifier", "find_identifiers"]
