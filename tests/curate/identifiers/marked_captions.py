"""Reading captions in which identifiers are marked, as in ``Seen by Dr. {name|Ada Byron}.``"""

import re
from pathlib import Path

from pairdx.curate.identifiers.captions import find_identifiers
from pairdx.curate.identifiers.kinds import Identifier

SETS = Path(__file__).parent / "captions"
MARK = re.compile(r"\{(\w+)\|([^{}]*)\}")


def read_set(name):
    """Return captions and their identifiers."""
    lines = (SETS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [parse(line) for line in lines]


def parse(line):
    """Return the caption that a marked line stands for, and its identifiers."""
    caption, marked, position = "", [], 0
    for match in MARK.finditer(line):
        caption += line[position : match.start()]
        marked.append(Identifier(len(caption), len(caption) + len(match[2]), match[1]))
        caption += match[2]
        position = match.end()
    return caption + line[position:], marked


def covers(found, start, end, caption):
    """Tell whether every letter and digit of a span lies in what was found."""
    return all(
        any(one.start <= position < one.end for one in found)
        for position in range(start, end)
        if caption[position].isalnum()
    )


def score(captions, find=find_identifiers):
    """Return marked spans, those found, spans found in vain, clean captions flagged and clean."""
    spans = hits = vain = flagged = clean = 0
    for caption, marked in captions:
        found = find(caption)
        spans += len(marked)
        hits += sum(covers(found, one.start, one.end, caption) for one in marked)
        vain += sum(all(a.end <= b.start or b.end <= a.start for b in marked) for a in found)
        clean += not marked
        flagged += bool(found) and not marked
    return {"spans": spans, "hits": hits, "vain": vain, "flagged": flagged, "clean": clean}
