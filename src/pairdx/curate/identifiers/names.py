"""Names of persons, by what stands around them.

A capitalised word in a caption is most often a disease, a stain, a device, a firm or a town. It is
called a name only on evidence: a title, a label, a role, a relation, or one who did something for
the patient before it; an age or a date of birth behind it; a given name in it; or a form that only
names have (SMITH^JOHN, SMITH, JOHN). What follows can take that back: 'Dr. Weber's
classification', 'Maria Middelares Hospital', 'Smith et al.'. The author of a public work is left
(a citation, a copyright, a credit, a study group): licences ask for the name. A relation, a role or
a title in a credit makes it family or staff all the same.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from pairdx.curate.identifiers import vocabulary as known
from pairdx.curate.identifiers.abbreviations import MODALITIES
from pairdx.curate.identifiers.given_names import AMBIGUOUS, GIVEN_NAMES
from pairdx.curate.identifiers.name_after import (
    goes_on,
    is_cited,
    is_closed,
    is_described,
    is_institution,
    is_nobody,
    names_thing,
    owns_part,
)
from pairdx.curate.identifiers.name_before import (
    find_title,
    is_agent,
    is_author,
    is_beside_person,
    is_credited,
    is_labelled,
    is_named,
    is_owner,
    is_pictured,
)
from pairdx.curate.identifiers.ordinary import ORDINARY
from pairdx.curate.identifiers.text import fold
from pairdx.curate.identifiers.words import Run, Words

Span = tuple[int, int]
PersonReader = Callable[[str], Sequence[Span]]  # the persons that a model sees in a text

_CARET = re.compile(
    r"(?<![\w^])(?:[A-Z][A-Za-z'-]{1,30}(?:\^{1,3}[A-Z][A-Za-z'-]{0,30}){1,4}"
    r"|[a-z]{3,30}\^[a-z]{3,30}(?:\^[a-z]{1,30}){0,3})(?![\w+/^-])"
)
_LABELS = "姓名 患者名 患者氏名 氏名 患者 病人 имя фио пациент пациентка"
_FOREIGN = re.compile(
    rf"(?:{'|'.join(fold(label).text for label in _LABELS.split())}) ?: ?"
    r"(?P<value>[^\W\d_]{1,30}(?: [^\W\d_]{1,30}){0,2})",
    re.IGNORECASE,
)
_LOWER_NAME = re.compile(
    r"\b(?:patient(?:'s)?|pt|full|first|last|given|family) name ?[:=] ?"
    r"(?P<value>[a-z]{2,30}(?: [a-z]{1,30}){0,2})(?= ?(?:[,.;()]|$))",
    re.IGNORECASE,
)
_INITIALS = re.compile(
    r"\b(?i:initials)(?: are| were| is)?[ :=(]{1,3}(?P<value>[A-Z]\.?(?: ?[A-Z]\b){1,2})(?![a-z])"
)


def find_names(text: str, read_persons: PersonReader | None = None) -> Iterator[Span]:
    """Yield the names of persons in a folded text.

    Args:
        text: what `fold` made of a caption.
        read_persons: a model that is asked about what the rules alone leave open.
    """
    yield from _formal_names(text)
    words, opinion = Words(text), _Opinion(text, read_persons)
    named = -2  # the word after the last name found
    for run in words.runs():
        listed = run.first == named + 1 and words.lower[run.first - 1] in ("and", "y", "und", "et")
        span = _judge(run, opinion, listed=listed)
        if span:
            yield span
            named = run.last


def _formal_names(text: str) -> Iterator[Span]:
    """Yield names that their form or label alone gives away."""
    for match in _CARET.finditer(text) if "^" in text else ():
        if match[0].split("^")[0].lower() not in ORDINARY | MODALITIES:  # no 'CHEST^ROUTINE'
            yield match.span()
    for match in _FOREIGN.finditer(text) if ":" in text and not text.isascii() else ():
        yield match.span("value")
    lower = text.lower()
    for match in _INITIALS.finditer(text) if "initials" in lower else ():
        yield match.span("value")
    for match in _LOWER_NAME.finditer(text) if "name" in lower else ():
        if match["value"].split()[0].lower() in GIVEN_NAMES:
            yield match.span("value")


class _Opinion:
    """The persons a model sees, read only when it is asked."""

    def __init__(self, text: str, read_persons: PersonReader | None) -> None:
        self._text, self._read = text, read_persons

    @cached_property
    def _persons(self) -> Sequence[Span]:
        return self._read(self._text) if self._read else ()

    def supports(self, run: Run) -> bool:
        """Tell whether the model calls all of it a person, where that may decide."""
        if self._read is None or len(run.parts) < 2 or run.eponym or is_credited(run):
            return False
        return any(start <= run.start and run.end <= end for start, end in self._persons)


def _judge(run: Run, opinion: _Opinion, *, listed: bool) -> Span | None:
    """Return where the name in ``run`` is, if there is evidence for one."""
    titled, start = find_title(run)
    if _is_public(run) or names_thing(run, titled=titled):
        return None
    if titled:
        return start, run.end
    if is_author(run):
        return None
    named_thing = not run.given and not known.THINGS.isdisjoint(run.lower)  # 'Harrington Rod'
    if named_thing or tuple(run.lower[:2]) in known.EPONYM_PAIRS:
        return None
    if not run.parts:
        known_by = is_beside_person(run) or is_described(run) or is_labelled(run) or owns_part(run)
        return (run.start, run.end) if run.initials > 1 and known_by else None
    end = _after_comma(run)
    if is_labelled(run):
        return run.start, end
    if run.acronym and not run.initials and end == run.end:
        return None
    if run.words.headline and not (run.given or (run.initials and not run.eponym)):
        return None
    if _has_evidence(run, listed=listed) or _stands_alone(run) or opinion.supports(run):
        return run.start, end
    return _later_start(run)


def _is_public(run: Run) -> bool:
    return is_cited(run) or is_institution(run) or is_owner(run) or is_nobody(run)


def _has_evidence(run: Run, *, listed: bool) -> bool:
    if is_beside_person(run) or is_agent(run) or is_named(run):
        return True
    if is_pictured(run) or is_described(run):
        return True
    return listed and not run.eponym and (is_closed(run) or goes_on(run))


def _stands_alone(run: Run) -> bool:
    """Tell whether the run itself is a name: 'Emma Lindgren', 'Emma K.', 'Emma's left hand'."""
    words, follows = run.words, run.words.text[run.end : run.end + 1]
    if run.capitals and not words.headline:
        initial = run.initials and len(run.lower[0]) > 4 and not run.eponym
        if _after_comma(run) > run.end or (initial and follows in (".", ",")):
            return True
    if not run.given or is_credited(run):
        return False
    if len(run.parts) > 1:
        return True
    if run.initials:
        return follows == "."
    return owns_part(run)


def _after_comma(run: Run) -> int:
    """Return the end of the name with what may follow a comma: SMITH, ROBERT J."""
    words, position = run.words, run.last
    if not run.capitals or len(run.parts) > 2 or position >= len(words):
        return run.end
    first = words.lower[position]
    if words.gap(position) != ", " or not words.words[position].isupper():
        return run.end
    given = first in GIVEN_NAMES and first not in AMBIGUOUS
    if not given and (len(first) == 2 or not is_labelled(run)):  # no 'AUSTIN, TX'
        return run.end
    end = words.end(position)
    for index in range(position + 1, len(words)):
        if words.gap(index) not in (" ", ". ") or len(words.words[index]) > 1:
            break
        numbered = words.text[words.end(index) : words.end(index) + 1].isdigit()  # 'T1'
        if not words.words[index].isupper() or numbered:
            break
        end = words.end(index)
    return end


def _later_start(run: Run) -> Span | None:
    """Find a name after a capitalised word of another kind: 'Dermoscopy Emma Lindgren'."""
    for index in run.parts[1:-1]:
        rest = Run(run.words, index, run.last)
        if rest.given and len(rest.parts) > 1 and not rest.eponym and not is_credited(rest):
            return rest.start, rest.end
    return None
