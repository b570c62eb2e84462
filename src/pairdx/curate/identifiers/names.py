"""Names of persons, by what stands around them.

A capitalised word in a caption is most often a disease, a stain, a device, a firm or a town. It is
called a name only on evidence: a title, a label, a role, a relation, or one who did something for
the patient before it; an age or a date of birth behind it; a given name in it; or a form that only
names have (SMITH^JOHN, SMITH, JOHN). What follows can take that back: 'Dr. Weber's
classification', 'Maria Middelares Hospital', 'Smith et al.'.
"""

import re
from collections.abc import Iterator

from pairdx.curate.identifiers import vocabulary as known
from pairdx.curate.identifiers.given_names import AMBIGUOUS, GIVEN_NAMES
from pairdx.curate.identifiers.text import fold
from pairdx.curate.identifiers.words import Run, Words

Span = tuple[int, int]

_CARET = re.compile(
    r"(?<![\w^])(?:[A-Z][A-Za-z'-]{1,30}(?:\^{1,3}[A-Z][A-Za-z'-]{0,30}){1,4}"
    r"|[a-z]{3,30}\^[a-z]{3,30}(?:\^[a-z]{1,30}){0,3})(?![\w+/^-])"
)
_FOREIGN_LABEL = "|".join(
    fold(label).text
    for label in (
        "姓名",
        "患者名",
        "患者氏名",
        "氏名",
        "患者",
        "病人",
        "имя",
        "фио",
        "пациент",
        "пациентка",
    )
)
_FOREIGN = re.compile(
    rf"(?:{_FOREIGN_LABEL}) ?: ?(?P<value>[^\W\d_]{{1,30}}(?: [^\W\d_]{{1,30}}){{0,2}})",
    re.IGNORECASE,
)
_LOWER_NAME = re.compile(
    r"\b(?:patient(?:'s)?|pt|full|first|last|given|family) name ?[:=] ?"
    r"(?P<value>[a-z]{2,30}(?: [a-z]{1,30}){0,2})(?= ?(?:[,.;()]|$))",
    re.IGNORECASE,
)
_INITIALS = re.compile(
    r"\b(?i:initials?)(?: are| were| is)?[ :=(]{1,3}(?P<value>(?:[A-Z]\.? ?){2,3})(?![a-z])"
)
_CHILD_OF = re.compile(r"\b[sdbSDB]/[oO]\.? ?$")
# Between a role and a name: 'patient, Ana', 'twin 2 (Ana)', 'surgeon: A. Lee'.
_BESIDE = re.compile(r"\.? ?#?\d{0,2}(?: |, | \(|: ?| - | = )")
_LABEL_GAP = re.compile(r"\.?\)? ?[:=] ?['\"]?")
_CLOSED = re.compile(r"\.?(?:$|[,;:)(/]|\.(?: |$)| \(| - )")
_AGE_AFTER = re.compile(
    r"\.?(?:, | \(|,? aged |,? age )(?:an? |our |the |his |her )?(?:aged |age )?(?:\d{1,3}|"
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[a-z]{3,6}(?:teen|ty)(?:-[a-z]{3,5})?)"
    r"(?:[ -]?(?:years?|yrs?|y\b|y/?o\b|months?|weeks?|days?)| ?[MF]\b| ?/ ?[MF]\b|[,)])",
    re.IGNORECASE,
)
_SURE_AFTER = re.compile(r",? \(?(?:aged? \d|(?:born|DOB|d\.o\.b\.?|date of birth)[ :])")
_FILED_AFTER = re.compile(
    r"\.?[ ,;(]{1,3}(?:dob|d\.o\.b|born|date of birth|mrn|uhid|ssn|nhs|hospital no|patient no|"
    r"patient id|record no|id no|medical record|who lives|who resides|resident of|residing)\b",
    re.IGNORECASE,
)
_CITED = re.compile(
    r"\.?,? (?:et al|and colleagues|and co-?workers|and associates|\(?(?:19|20)\d\d[a-z]?\)?(?![/.-]\d))"
    r"|'s? (?:modification|original)|,? ?\[\d|,? \(?(?:1[5-9]|20)\d\d ?- ?(?:1[5-9]|20)\d\d\)"
)
_NO_ADJECTIVES = (known.GOES_ON - {"and"}) | {
    "the",
    "a",
    "an",
    "his",
    "her",
    "by",
    "for",
    "to",
    "of",
}
_FIRMS = frozenset(("inc", "ltd", "llc", "gmbh", "corp", "co", "ag", "plc"))  # 'Aspen, Inc.'
_REFERENCE = re.compile(r"[a-z] [A-Z]{1,3}, $")  # 'Zhu J, Robinson B, ' in a list of authors


def find_names(text: str) -> Iterator[Span]:
    """Yield the names of persons in a folded text."""
    for match in _CARET.finditer(text) if "^" in text else ():
        yield match.span()
    for match in _FOREIGN.finditer(text) if ":" in text and not text.isascii() else ():
        yield match.span("value")
    lower = text.lower()
    for match in _INITIALS.finditer(text) if "initial" in lower else ():
        yield match.start("value"), match.start("value") + len(match["value"].rstrip(" ."))
    for match in _LOWER_NAME.finditer(text) if "name" in lower else ():
        if match["value"].split()[0].lower() in GIVEN_NAMES:
            yield match.span("value")
    words = Words(text)
    named = -2  # the word after the last name found
    for run in words.runs():
        beside = run.first == named + 1 and words.lower[run.first - 1] in ("and", "y", "und", "et")
        span = _judge(run, beside)
        if span:
            yield span
            named = run.last


def _judge(run: Run, beside_name: bool) -> Span | None:
    """Return where the name in ``run`` is, if there is evidence for one."""
    titled, start = _titled(run)
    if _is_cited(run) or _in_institution(run):
        return None
    if titled:
        return None if _names_thing(run, titled=True) else (start, run.end)
    if _names_thing(run, titled=False) or tuple(run.lower[:2]) in known.EPONYM_PAIRS:
        return None
    if not run.parts:
        return (run.start, run.end) if run.initials > 1 and _beside_person(run) else None
    if _labelled(run):
        return run.start, _after_comma(run)
    if run.acronym and not run.initials and _after_comma(run) == run.end:
        return None
    known_form = run.given or (run.initials > 0 and not run.eponym)
    if run.words.headline and not known_form:
        return None
    if _beside_person(run) or _done_by(run) or _named(run) or _pictured(run) or _described(run):
        return run.start, _after_comma(run)
    if _stands_alone(run) or (beside_name and not run.eponym and (_closed(run) or _goes_on(run))):
        return run.start, _after_comma(run)
    return _later_start(run)


# What takes a name back.


def _names_thing(run: Run, *, titled: bool) -> bool:
    """Tell whether what follows is named after the name: a sign, a stain, a catheter, a rat."""
    words, position = run.words, run.last
    if re.match(r"[-_ ]?\d", words.text[run.end : run.end + 2]) and not run.any_given:
        return True  # 'patient LIDC-0078', 'Wistar 12'
    possessive = words.possessive(run.last - 1)
    if position >= len(words) or words.gap(position) not in (" ", "'s ", "' ", "-", "/"):
        return False
    if possessive and (titled or run.given) and words.lower[position] in known.PARTS:
        return False
    for index in range(position, min(position + 3, len(words))):
        if index > position and words.gap(index) not in (" ", "-", "/"):
            return False
        lower = words.lower[index]
        if lower in known.THINGS:
            return True
        if lower in _NO_ADJECTIVES or lower.endswith("ing") or (lower == "and" and titled):
            return False
    return False


def _in_institution(run: Run) -> bool:
    words = run.words
    after = words.lower[run.last : run.last + 3]
    near = [
        word
        for offset, word in enumerate(after)
        if words.words[run.last + offset][0].isupper()
        and (words.gap(run.last + offset) in (" ", "'s ", " & ") or (word in _FIRMS and not offset))
    ]
    if any(word in known.INSTITUTIONS for word in (*near, *run.lower[1:])):
        return True
    before = words.lower[run.first - 1] if run.first else ""
    return before in ("st", "saint", "santa", "san") or words.gap(run.first).endswith("& ")


def _is_cited(run: Run) -> bool:
    words = run.words
    if _CITED.match(words.text, run.end):
        return True
    if (
        run.last + 2 <= len(words) and words.gap(run.last) == " "
    ):  # 'Hunt and Hess', 'Smith and Lee 1999'
        if words.lower[run.last] in ("and", "&") and run.last + 1 < len(words):
            return bool(_CITED.match(words.text, words.end(run.last + 1)))
    return False


def _credited(run: Run) -> bool:
    """Tell whether the words before make it an author or a photographer who is credited."""
    before = run.words.lower[max(run.first - 7, 0) : run.first]
    if _REFERENCE.search(run.words.text[max(run.start - 8, 0) : run.start]):
        return True
    return any(word in known.CITING for word in before)


# What stands before.


def _titled(run: Run) -> tuple[bool, int]:
    """Tell whether a title stands before, and where the name after it starts."""
    words, before = run.words, run.first - 1
    while before > 0 and words.lower[before] in known.PARTICLES and words.gap(before + 1) == " ":
        before -= 1  # 'Frau von Berg'
    if before < 0 or words.gap(before + 1) not in (" ", ". ", "  ", ".", ".  "):
        return False, run.start
    title, word = words.lower[before], words.words[before]
    if not word[0].isupper():
        return False, run.start
    start = words.starts[before + 1]
    if title in known.TITLES:
        clear = not word.isupper() or "." in words.gap(before + 1) or run.any_given
        lone = not run.parts and words.words[run.first] in "XYZ"
        return clear and not lone, start
    weak = title in known.WEAK_TITLES and bool(run.parts) and not run.acronym
    return weak and (run.any_given or not (run.eponym or words.headline)), start


def _labelled(run: Run) -> bool:
    words, before = run.words, run.first - 1
    if before < 0:
        return False
    label, gap = words.lower[before], words.gap(run.first)
    if label in ("is", "was") and before and words.lower[before - 1] in known.LABELS:
        label, gap = "name", ": "
    if run.acronym and not run.initials and "," not in words.text[run.end : run.end + 1]:
        return False
    if _LABEL_GAP.fullmatch(gap):
        return (
            label in known.LABELS
            or label in ("pt", "patient", "paciente", "by")
            or known.is_profession(label)
        ) and (not run.eponym or run.any_given or run.initials > 0 or label in known.LABELS)
    if label in known.LABELS and gap == " ":
        plain = len(run.parts) > 1 and not run.eponym and _closed(run)
        return run.given or plain or (run.capitals and run.initials > 0)
    recent = words.lower[max(before - 3, 0) : before + 1]
    shown = run.capitals and run.initials > 0 and ("name" in recent or "labelled" in recent)
    return shown or bool(_CHILD_OF.search(words.text[: run.start][-6:]))


def _beside_person(run: Run) -> bool:
    """Tell whether a role, a relation or a profession stands before."""
    words, before = run.words, run.first - 1
    if before < 0 or not _BESIDE.fullmatch(words.gap(run.first)):
        return False
    role = words.lower[before]
    if role == "late" and before and words.lower[before - 1] == "the":  # who has died
        return len(run.parts) > 1 and not run.eponym and words.gap(run.first) == " "
    related = role == "of" and (
        words.lower[before - 1] in known.RELATIONS
        or words.lower[before - 1] in ("baby", "newborn", "infant", "neonate", "child")
    )
    person = role in known.PERSONS or role in known.RELATIONS or known.is_profession(role)
    if not (related or person):
        return False
    if not run.parts:  # initials: 'patient J.M.', and no panel letter
        return words.text[run.end : run.end + 1] == "."
    if run.given:
        return True
    if run.eponym and not run.initials:
        return len(run.parts) > 1 and _closed(run) and run.any_given
    gap = words.gap(run.first)
    if role in ("male", "female") and len(run.parts) == 1:  # 'female Wistar', 'male Aedes aegypti'
        return False
    named_relation = role in known.RELATIONS or "," in gap
    return gap == " " or _closed(run) and (len(run.parts) > 1 or named_relation)


def _goes_on(run: Run) -> bool:
    """Tell whether the sentence goes on as after a person: 'Ana before surgery'."""
    words = run.words
    return run.last < len(words) and words.lower[run.last] in known.GOES_ON


def _closed(run: Run) -> bool:
    return bool(_CLOSED.match(run.words.text, run.end))


def _done_by(run: Run) -> bool:
    words, before = run.words, run.first - 1
    if before < 1 or words.lower[before] != "by" or words.lower[before - 1] not in known.AGENTS:
        return False
    return run.given or (run.initials > 0 and not run.eponym)


def _named(run: Run) -> bool:
    words, before = run.words, run.first - 1
    if before < 1:
        return False
    naming = words.lower[before] in known.NAMING or (
        words.lower[before] == "as"
        and not {"known", "identified", "called"}.isdisjoint(
            words.lower[max(before - 5, 0) : before]
        )
    )
    recent = words.lower[max(before - 7, 0) : before]
    return naming and any(
        word in known.PERSONS or word in known.RELATIONS or known.is_profession(word)
        for word in recent
    )


def _pictured(run: Run) -> bool:
    """Tell whether it is 'photograph of NAME', and no 'radiograph of Madelung deformity'."""
    words, before = run.words, run.first - 1
    if before < 1 or words.lower[before] != "of" or words.gap(run.first) != " ":
        return False
    image = words.lower[before - 1]
    if image in known.PARTS and run.given and not run.eponym and _closed(run):
        return True
    if image not in known.IMAGES and not image.endswith(known.IMAGE_ENDINGS):
        return False
    goes_on = (
        image in known.PHOTOGRAPHS
        or _closed(run)
        or words.possessive(run.last - 1)
        or _goes_on(run)
    )
    if not goes_on:
        return False
    return run.given or (len(run.parts) > 1 and not run.eponym) or bool(run.initials and run.parts)


# What stands behind, or in the name itself.


def _described(run: Run) -> bool:
    """Tell whether an age, a date of birth or a record follows, as it does after a person."""
    text = run.words.text
    if _SURE_AFTER.match(text, run.end) and not run.eponym:
        return True
    if _FILED_AFTER.match(text, run.end):
        return run.given or (len(run.parts) > 1 and not run.eponym)
    if _AGE_AFTER.match(text, run.end):
        return run.given or (run.initials > 0 or len(run.parts) > 1) and not run.eponym
    return False


def _stands_alone(run: Run) -> bool:
    """Tell whether the run itself is a name: 'Emma Lindgren', 'Emma K.', 'Emma's left hand'."""
    words = run.words
    if run.capitals and not words.headline:
        comma = _after_comma(run) > run.end
        initial = run.initials and len(run.lower[0]) > 4 and not run.eponym
        if comma or (initial and words.text[run.end : run.end + 1] in (".", ",")):
            return True
    if not run.given or _credited(run):
        return False
    if len(run.parts) > 1:
        return True
    if run.initials:
        return words.text[run.end : run.end + 1] == "."
    if words.possessive(run.last - 1):
        return any(word in known.PARTS for word in words.lower[run.last : run.last + 2])
    return False


def _after_comma(run: Run) -> int:
    """Return the end of the name with what may follow a comma: SMITH, ROBERT J."""
    words, position = run.words, run.last
    if (
        len(run.parts) > 2
        or not run.capitals
        or position >= len(words)
        or words.gap(position) != ", "
    ):
        return run.end
    first = words.lower[position]
    if not words.words[position].isupper() or first not in GIVEN_NAMES or first in AMBIGUOUS:
        if not (_labelled(run) and words.words[position].isupper() and len(first) != 2):
            return run.end
    end = words.end(position)
    while position + 1 < len(words) and words.gap(position + 1) in (" ", ". "):
        position += 1
        if len(words.words[position]) > 1 or not words.words[position].isupper():
            break
        end = words.end(position)
    return end


def _later_start(run: Run) -> Span | None:
    """Find 'Emma Lindgren' after a capitalised word of another kind: 'Dermoscopy Emma Lindgren'."""
    for index in run.parts[1:-1]:
        rest = Run(run.words, index, run.last)
        if rest.given and len(rest.parts) > 1 and not rest.eponym and not _credited(rest):
            return rest.start, rest.end
    return None
