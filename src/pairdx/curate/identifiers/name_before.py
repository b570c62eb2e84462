"""What stands before a name: a title, a label, a role, a relation, a deed, a picture."""

import re

from pairdx.curate.identifiers import vocabulary as known
from pairdx.curate.identifiers.name_after import goes_on, is_closed
from pairdx.curate.identifiers.words import Run

_CHILD_OF = re.compile(r"\b[sdbSDB]/[oO]\.? ?$")
# Between a role and a name: 'patient, Ana', 'twin 2 (Ana)', 'surgeon: A. Lee'.
_BESIDE = re.compile(r"\.? ?#?\d{0,2}(?: |, | \(|: ?| - | = )")
_LABELLED = re.compile(r"\.?\)? ?[:=] ?['\"]?")
_AUTHORS = re.compile(r"[a-z] [A-Z]{1,3}, $")  # 'Zhu J, Robinson B, ' in a list of references
_COURTESY = re.compile(  # up to the name, which may be a later one of a list, with a title
    r"(?:\bcourtesy(?: of)?:?|\b(?:image|photo|photograph|picture|figure|art)s? credits?:?|"
    r"\bcredits?(?: [a-z\d])?:|[\"\u201d] by|\bpermission (?:of|from)|"
    r"\b(?:kindly|generously|graciously) (?:provided|supplied|donated|shared|contributed|lent) by|"
    r"\b(?:engrav|etch|paint|illustrat|lithograph|woodcut|daguerreotyp|sculpt|redraw)"
    r"[a-z]{0,5}(?: of [A-Z]?[a-z]{1,20})? by)"
    r"[ :]{1,2}(?:[^.;()]{1,60}(?:, | and | & ))?"
    r"(?:(?:Drs?|Prof|Professor|Mr|Mrs|Ms)\b\.? ?){0,2}$",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(
    r"(?:wikimedia commons[/,:]|flickr[/,:]|©|\(c\)(?= ?(?:19|20)\d\d)|\bcopyright)"
    r"(?: by)? ?(?:(?:19|20)\d\d)?,? ?"
    r"(?:[^.;()]{1,40}(?:, | and | & ))?(?:(?:the estate of|Dr|Prof)\.? )?$",
    re.IGNORECASE,
)
_PUBLIC_PLACE = re.compile(  # right behind a name that is credited
    r"/[A-Z]|[^;]{0,60}?(?:radiopaedia|wiki|flickr|CC[ -]BY|CC0|creative commons|public domain|"
    r"\[\d|licen[cs]e|\b[\w-]{1,30}\.(?:org|com|net|edu)\b|museum|library|univ(?:ersi|\.)|"
    r"centers for disease|academy|society)",
    re.IGNORECASE,
)
_LABELLED_PERSONS = frozenset(("pt", "patient", "paciente", "by"))
_NEWBORN = frozenset(("baby", "newborn", "infant", "neonate", "child"))


def find_title(run: Run) -> tuple[bool, int]:
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
    if title in known.TITLES:  # 'MR Angiography' has none, 'Mr. X' is nobody
        clear = not word.isupper() or "." in words.gap(before + 1) or run.any_given
        return clear and bool(
            run.parts or run.initials > 1 or words.words[run.first] not in "XYZ"
        ), start
    weak = title in known.WEAK_TITLES and bool(run.parts) and not run.acronym
    unclear = run.eponym or words.headline or title == "lt"  # the left one, far more often
    return weak and (run.any_given or not unclear), start


def is_labelled(run: Run) -> bool:
    """Tell whether 'Name:', 'Patient:', 'Surgeon:', 'Referred by:' or 'd/o' stands before."""
    words, before = run.words, run.first - 1
    if before < 0:
        return False
    label, gap = words.lower[before], words.gap(run.first)
    if label in ("is", "was") and before and words.lower[before - 1] in known.LABELS:
        label, gap = "name", ": "
    if run.acronym and not run.initials and words.text[run.end : run.end + 1] != ",":
        return False
    if _LABELLED.fullmatch(gap):
        if label in known.LABELS:
            return True
        person = label in _LABELLED_PERSONS or known.is_profession(label)
        return person and (not run.eponym or run.any_given or run.initials > 0)
    if label in known.LABELS and gap == " ":
        plain = len(run.parts) > 1 and not run.eponym and is_closed(run)
        return run.given or plain or (run.capitals and run.initials > 0)
    recent = words.lower[max(before - 3, 0) : before + 1]
    shown = run.capitals and run.initials > 0 and ("name" in recent or "labelled" in recent)
    return shown or bool(_CHILD_OF.search(words.text[max(run.start - 6, 0) : run.start]))


def is_beside_person(run: Run) -> bool:
    """Tell whether a role, a relation or a profession stands before."""
    words, before = run.words, run.first - 1
    if before < 0 or not _BESIDE.fullmatch(words.gap(run.first)):
        return False
    role, gap = words.lower[before], words.gap(run.first)
    earlier = words.lower[before - 1] if before else ""
    if role == "late" and earlier == "the":  # who has died
        return len(run.parts) > 1 and not run.eponym and gap == " "
    if _is_adjective(run):
        return False
    if role in ("little", "young"):
        return run.given and gap == " "
    related = role == "of" and (earlier in known.RELATIONS or earlier in _NEWBORN)
    if not (related or known.is_person(role)):
        return False
    if not run.parts:  # initials: 'patient J.M.', and no panel letter
        return words.text[run.end : run.end + 1] == "."
    if run.given:
        return True
    if run.eponym and not run.initials:
        return len(run.parts) > 1 and is_closed(run) and run.any_given
    if role in ("male", "female") and len(run.parts) == 1:  # 'female Wistar', 'male Aedes'
        return False
    sure = len(run.parts) > 1 or role in known.RELATIONS or "," in gap
    listed = role in known.PLURALS and goes_on(run)  # 'the couple, Ade and Bisi'
    return gap == " " or (sure and (is_closed(run) or listed))


def _is_adjective(run: Run) -> bool:
    """Tell whether a person follows: 'a 30-year-old Javanese woman'."""
    words, after = run.words, run.last
    follows = after < len(words) and words.gap(after) == " " and known.is_person(words.lower[after])
    return follows and not run.given and len(run.parts) == 1


def is_agent(run: Run) -> bool:
    """Tell whether it is who did something with the patient: 'performed by K. Lindgren'."""
    words, before = run.words, run.first - 1
    if before < 1 or words.gap(run.first) != " ":
        return False
    deed, link = words.lower[before - 1], words.lower[before]
    plain = run.given or (len(run.parts) > 1 and not run.eponym)
    if (deed, link) in known.THANKED:
        return plain
    if link != "by" or deed not in known.AGENTS:
        return False
    return (
        (plain and deed in known.HUMAN_AGENTS) or run.given or bool(run.initials and not run.eponym)
    )


def is_named(run: Run) -> bool:
    """Tell whether it is 'a boy named Ana', and no 'syndrome named Noonan'."""
    words, before = run.words, run.first - 1
    if before < 1:
        return False
    recent = words.lower[max(before - 7, 0) : before]
    known_as = words.lower[before] == "as" and not known.NAMING.isdisjoint((*recent[-5:],))
    naming = known_as or (words.lower[before] in known.NAMING and words.lower[before] != "known")
    return naming and any(map(known.is_person, recent))


def is_pictured(run: Run) -> bool:
    """Tell whether it is 'photograph of NAME', and no 'radiograph of Madelung deformity'."""
    words, before = run.words, run.first - 1
    if before < 1 or words.lower[before] != "of" or words.gap(run.first) != " ":
        return False
    image = words.lower[before - 1]
    plain = not run.eponym and (run.given or len(run.parts) > 1)
    if image in known.PARTS and plain and (is_closed(run) or goes_on(run)):
        return True
    if image not in known.IMAGES and not image.endswith(known.IMAGE_ENDINGS):
        return False
    ends = is_closed(run) or goes_on(run) or words.possessive(run.last - 1)
    if not ends and image not in known.PHOTOGRAPHS:
        return False
    return run.given or (len(run.parts) > 1 and not run.eponym) or bool(run.initials and run.parts)


def is_owner(run: Run) -> bool:
    """Tell whether it is who holds the copyright, or is credited with a public place."""
    if not run.words.gives_credit:
        return False
    text = run.words.text
    before = text[max(run.start - 90, 0) : run.start]
    public = _COURTESY.search(before) and _PUBLIC_PLACE.match(text, run.end)
    return bool(public or _COPYRIGHT.search(before))


def is_author(run: Run) -> bool:
    """Tell whether it is who made the picture or gave it, and no patient, relative or staff."""
    before = run.words.text[max(run.start - 90, 0) : run.start]
    made = run.words.gives_credit and _COURTESY.search(before)
    return bool(run.words.lists_people or made) and not is_beside_person(run)


def is_credited(run: Run) -> bool:
    """Tell whether the words before make it an author or a photographer who is credited."""
    if _AUTHORS.search(run.words.text[max(run.start - 8, 0) : run.start]):
        return True
    return not known.CITING.isdisjoint(run.words.lower[max(run.first - 7, 0) : run.first])
