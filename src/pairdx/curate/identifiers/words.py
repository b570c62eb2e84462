"""The words of a caption, and the runs of capitalised ones that could be a name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from pairdx.curate.identifiers.abbreviations import MODALITIES, is_abbreviation
from pairdx.curate.identifiers.given_names import AMBIGUOUS, GIVEN_NAMES
from pairdx.curate.identifiers.ordinary import ENDINGS, ORDINARY
from pairdx.curate.identifiers.vocabulary import (
    EPONYMS,
    PARTICLES,
    PERSONS,
    RELATIONS,
    TITLES,
    WEAK_TITLES,
    is_profession,
)

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_CREDIT = re.compile(
    r"courtesy|credit|permission|©|\(c\)|copyright|commons|flickr| by ", re.IGNORECASE
)
_FULL_NAME = r"[A-Z][a-z'-]{1,20}(?: [A-Z][a-z'.-]{0,20}){1,3}"
_LIST = re.compile(rf"(?:{_FULL_NAME}(?:, |; | and )){{5}}")
_NO_NAMES = ORDINARY | MODALITIES | TITLES | WEAK_TITLES | PERSONS | RELATIONS
_NO_SURNAME = re.compile(r"[^aeiouy]{2,5}|x?(?:i{2,3}|iv|vi{1,3}|ix)")  # no vowel, or a number
_LONGEST = 6  # parts of a name


class Words:
    """The words of ``text``, without a possessive 's, and what stands between them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words: list[str] = []
        self.starts: list[int] = []
        for match in _WORD.finditer(text):
            word = match[0]
            self.words.append(word[:-2] if word.endswith(("'s", "'S")) else word)
            self.starts.append(match.start())
        self.lower = [word.lower() for word in self.words]

    def __len__(self) -> int:
        return len(self.words)

    def end(self, index: int) -> int:
        """Return where a word ends in the text."""
        return self.starts[index] + len(self.words[index])

    def gap(self, index: int) -> str:
        """Return what stands between a word and the one before it."""
        return self.text[self.end(index - 1) : self.starts[index]] if index else self.text[:0]

    def possessive(self, index: int) -> bool:
        """Tell whether 's (or ' after an s) follows."""
        return self.text.startswith(("'s ", "' ", "'S "), self.end(index))

    @cached_property
    def gives_credit(self) -> bool:
        """Tell whether it has a word with which a picture's author is named."""
        return bool(_CREDIT.search(self.text))

    @cached_property
    def lists_people(self) -> bool:
        """Tell whether full names are listed, as those of a study group are and patients never."""
        return bool(_LIST.search(self.text))

    @cached_property
    def headline(self) -> bool:
        """Tell whether capitals say nothing here: a Caption in Title Case or IN CAPITALS."""
        long = [word for word in self.words if len(word) > 3]
        return len(long) > 3 and sum(word[0].isupper() for word in long) > 0.6 * len(long)

    def runs(self) -> Iterator["Run"]:
        """Yield the runs of words that could be a name."""
        position, number = 0, len(self.words)
        while position < number:
            if self.words[position][0].isupper() and self._can_start(position):
                end = self._read(position)
                yield Run(self, position, end)
                position = end
            else:
                position += 1

    def _can_start(self, index: int) -> bool:
        if len(self.words[index]) > 1:
            return self._is_part(index)
        dotted = self.text[self.end(index) : self.end(index) + 1] == "."
        return dotted and self.gap(index)[-1:] not in ("'", ".", "-", "/")

    def _is_part(self, index: int) -> bool:
        word, lower = self.words[index], self.lower[index]
        if not word[0].isupper() or lower in _NO_NAMES or is_profession(lower):
            return False
        if is_abbreviation(word):
            return False
        if "-" in word and not is_given(lower) and not lower.startswith(("al-", "el-")):
            halves = lower.split("-")  # not 'Afro-Caribbean', and not 'Medicaid-insured'
            if word[word.rindex("-") + 1].islower() or not ORDINARY.isdisjoint(halves):
                return False
        return not lower.endswith(ENDINGS) or len(word) < 7 or self._is_sure(index)

    def _is_sure(self, index: int) -> bool:
        """Tell a name that ends as words of medicine do: a given one, or 'Ms. Tsering'."""
        title = self.words[index - 1] if index else ""
        titled = title.lower() in TITLES and not title.isupper() and title[:1].isupper()
        return is_given(self.lower[index]) or titled

    def _read(self, start: int) -> int:
        """Return the end of the run that starts with word ``start``."""
        position = start + 1
        while position < min(len(self), start + _LONGEST) and not self.possessive(position - 1):
            initial = len(self.words[position - 1]) == 1
            if self.gap(position) not in ((" ", ". ", ".", ".-") if initial else (" ", "  ")):
                break
            step = self._step(position)
            if not step:
                break
            position += step
        return position

    def _step(self, position: int) -> int:
        """Return how many words go on the run: a part, an initial, or particles and a part."""
        if len(self.words[position]) == 1 and self.lower[position] not in PARTICLES:
            numbered = self.text[self.end(position) : self.end(position) + 1].isdigit()  # 'T1'
            initial = self.words[position].isupper() and not numbered
            return int(initial and not self._opens_sentence(position))
        for skipped in range(3):
            if position + skipped >= len(self):
                return 0
            if self._is_part(position + skipped):
                return skipped + 1
            if self.lower[position + skipped] not in PARTICLES:
                return 0
        return 0

    def _opens_sentence(self, position: int) -> bool:
        return self.gap(position) == ". " and self.text[self.end(position) :][:1] != "."


def is_given(lower: str) -> bool:
    """Tell whether a word, or a half of it, is a given name."""
    return lower in GIVEN_NAMES or (
        "-" in lower and any(part in GIVEN_NAMES for part in lower.split("-") if len(part) > 2)
    )


@dataclass(frozen=True)
class Run:
    """Words ``first`` to ``last`` (exclusive) that could be a name."""

    words: Words
    first: int
    last: int

    @property
    def start(self) -> int:
        """Where it starts in the text."""
        return self.words.starts[self.first]

    @property
    def end(self) -> int:
        """Where it ends in the text, without the dot of an initial."""
        return self.words.end(self.last - 1)

    @cached_property
    def parts(self) -> list[int]:
        """Its words without initials and particles."""
        return [
            index
            for index in range(self.first, self.last)
            if len(self.words.words[index]) > 1 and self.words.lower[index] not in PARTICLES
        ]

    @cached_property
    def initials(self) -> int:
        """How many single letters it has."""
        return sum(len(word) == 1 for word in self.words.words[self.first : self.last])

    @cached_property
    def lower(self) -> list[str]:
        """Its parts in lower case."""
        return [self.words.lower[index] for index in self.parts]

    @cached_property
    def given(self) -> bool:
        """Whether it begins with a given name that is no other word as well."""
        return bool(self.lower) and is_given(self.lower[0]) and self.lower[0] not in AMBIGUOUS

    @cached_property
    def any_given(self) -> bool:
        """Whether a given name is among its parts."""
        return any(map(is_given, self.lower))

    @cached_property
    def eponym(self) -> bool:
        """Whether a part of it is known for a disease, a sign, a stain or a device."""
        return any(
            part in EPONYMS or any(half in EPONYMS for half in part.split("-"))
            for part in self.lower
        )

    @cached_property
    def capitals(self) -> bool:
        """Whether it is written in capitals."""
        return all(self.words.words[index].isupper() for index in self.parts)

    @cached_property
    def acronym(self) -> bool:
        """Whether it could be an abbreviation: short, in capitals, alone; or MPS VI, BCL."""
        if not self.parts or not self.capitals or self.any_given:
            return False
        alone = len(self.parts) == 1 and len(self.lower[0]) < 6
        return alone or any(map(_NO_SURNAME.fullmatch, self.lower))
