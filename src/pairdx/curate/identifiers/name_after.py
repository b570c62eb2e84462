"""What stands behind a name, and takes it back or makes it surer."""

import re

from pairdx.curate.identifiers import vocabulary as known
from pairdx.curate.identifiers.text import words
from pairdx.curate.identifiers.words import Run

_CLOSED = re.compile(r"\.?(?:$|[,;:)(/]|\.(?: |$)| \(| - )")
_SPELLED_AGE = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"[a-z]{3,6}(?:teen|ty)(?:-[a-z]{3,5})?"
)
_AGE = re.compile(
    r"\.?(?:, | \(|,? aged |,? age )(?:an? |our |the |his |her )?"
    r"(?:(?:male|female|man|woman|boy|girl|[MF])(?:,|;| ?/|) ?)?(?:aged |age )?"
    rf"(?:\d{{1,3}}|{_SPELLED_AGE})"
    r"(?:[ -]?(?:years?|yrs?|y\b|y/?o\b|months?|weeks?|days?)| ?[MF]\b| ?/ ?[MF]\b|[,)])",
    re.IGNORECASE,
)
_STAMPED = re.compile(r" {1,2}(?:0\d\dY\b|\d{1,3} ?(?:YRS?|Y)? ?/? ?[MF]\b|[MF] ?/? ?\d{2,3} ?Y)")
_AGED_OR_BORN = re.compile(r",? \(?(?:aged? \d|(?:born|DOB|d\.o\.b\.?|date of birth|geb\.?)[ :])")
_FILED = re.compile(
    r"\.?[ ,;(]{1,3}(?:dob|d\.o\.b|born|date of birth|mrn|uhid|ssn|nhs|hospital no|patient no|"
    r"patient id|record no|id no|medical record|who lives|who resides|resident of|residing)\b",
    re.IGNORECASE,
)
_CITED = re.compile(
    r"\.?,? (?:et al|and colleagues|and co-?workers|and associates|"
    r"\(?(?:1[5-9]|20)\d\d[a-z]?\)?(?![/.-]\d))|'s? (?:modification|original)|,? ?\[\d"
    r"|,? \(?(?:1\d|20)\d\d ?- ?(?:1\d|20)\d\d[);.]"  # the dates of a life, long ago
)
_AS_PERSONS_DO = re.compile(
    r"(?:,? who(?:se)? | (?:and|with) (?:her|his|their) (?:mother|father|sister|brother|twin|son|"
    r"daughter|wife|husband|parents|family|baby|child)\b"
    r"| (?:wearing|walking|standing|sitting|holding|smiling|posing|playing|recovering|resting)\b)"
)
_NUMBERED = re.compile(r"[-_ ]?\d")
_ANIMAL = re.compile(  # and no 'sheep farmer', no calf of a leg
    r",? (?:\(|is |was )?(?:an? |the )(?:[a-z-]{2,20} ){0,3}"
    r"(?:cat|kitten|dog|puppy|mouse|rat|rabbit|horse|sheep|goat|pig|cow|monkey|macaque|"
    r"chimpanzee|gorilla|parrot|ferret|cartoon|mascot|puppet|character)"
    r"(?=[,.;:)]|$| (?:with|that|which|who|from|in|of)\b)"
)
_NAMED_AFTER = words(  # institutions whose name follows: 'Centre Georges Pompidou'
    "centre hospital hopital institut instituto institute clinique clinica klinik klinikum "
    "ospedale policlinico universidad universite universita fondation fondazione fundacion musee "
    "museo biblioteca bibliotheque hospices"
)
_FIRMS = frozenset(("inc", "ltd", "llc", "gmbh", "corp", "co", "ag", "plc"))  # 'Aspen, Inc.'
_NO_ADJECTIVES = (known.GOES_ON - {"and"}) | frozenset(
    ("the", "a", "an", "his", "her", "by", "for", "to", "of")
)


def is_closed(run: Run) -> bool:
    """Tell whether a comma, a bracket or the end of the sentence follows."""
    return bool(_CLOSED.match(run.words.text, run.end))


def goes_on(run: Run) -> bool:
    """Tell whether the sentence goes on as after a person: 'Ana before surgery'."""
    words = run.words
    return run.last < len(words) and words.lower[run.last] in known.GOES_ON


def is_described(run: Run) -> bool:
    """Tell whether an age, a date of birth or a record follows, as it does after a person."""
    text = run.words.text
    if _AGED_OR_BORN.match(text, run.end) and not run.eponym:
        return True
    if _AS_PERSONS_DO.match(text, run.end) and not run.eponym:
        return run.given or len(run.parts) > 1 or text.startswith(" and", run.end)
    if run.capitals and len(run.parts) > 1 and _STAMPED.match(text, run.end):
        return not run.eponym
    if _FILED.match(text, run.end):
        return run.given or (len(run.parts) > 1 and not run.eponym)
    if _AGE.match(text, run.end):
        return run.given or ((run.initials > 0 or len(run.parts) > 1) and not run.eponym)
    return False


def owns_part(run: Run) -> bool:
    """Tell whether a part or a thing of a person follows: "Emeka's hand", "B.N.'s left foot"."""
    words = run.words
    owned = words.text.startswith((".'s ", "'s ", "' "), run.end)
    return owned and not known.PARTS.isdisjoint(words.lower[run.last : run.last + 3])


def names_thing(run: Run, *, titled: bool) -> bool:
    """Tell whether what follows is named after the name: a sign, a stain, a catheter, a rat."""
    words, position = run.words, run.last
    if _NUMBERED.match(words.text, run.end) and not run.any_given:
        return True  # 'patient LIDC-0078', 'Wistar 12'
    if position >= len(words) or words.gap(position) not in (" ", "'s ", "' ", "-", "/"):
        return False
    owned = words.possessive(run.last - 1) and (titled or run.given)
    if owned and words.lower[position] in known.PARTS:
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


def is_institution(run: Run) -> bool:
    """Tell whether it is, or goes on as, the name of a hospital, a firm or a place."""
    words = run.words
    near = []
    for index in range(run.last, min(run.last + 3, len(words))):
        if words.words[index][0].islower() or words.gap(index) not in (" ", "'s ", " & "):
            break  # 'Ana Lima at Hospital Clinico'
        near.append(words.lower[index])
    if run.last < len(words) and words.gap(run.last) == ", " and words.lower[run.last] in _FIRMS:
        return True
    if not known.INSTITUTIONS.isdisjoint((*near, *run.lower[1:])):
        return True
    before = words.lower[run.first - 1] if run.first else ""
    named_after = before in _NAMED_AFTER and words.words[run.first - 1][0].isupper()
    placed = named_after and words.gap(run.first) == " "
    return placed or before in ("st", "saint", "santa", "san") or words.gap(run.first)[-2:] == "& "


def is_nobody(run: Run) -> bool:
    """Tell whether it is a figure of fiction, or an animal: 'Rex, a cloned cat'."""
    alone = len(run.lower) == 1 and run.lower[0] in known.FICTIONAL
    return alone or bool(_ANIMAL.match(run.words.text, run.end))


def is_cited(run: Run) -> bool:
    """Tell whether it is an author: 'Smith et al.', 'Smith and Lee (1999)', 'Smith [3]'."""
    words, joined = run.words, run.last + 1
    if _CITED.match(words.text, run.end):
        return True
    paired = joined < len(words) and words.lower[run.last] == "and" and words.gap(run.last) == " "
    return paired and bool(_CITED.match(words.text, words.end(joined)))
