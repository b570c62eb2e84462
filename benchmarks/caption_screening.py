"""What the caption rules find, what they flag in vain and what they cost, beside two others.

Run by hand from the project's top: `python benchmarks/caption_screening.py [FOLDER]`. FOLDER holds
`captions.csv` (`caption`, `spans` as a JSON list of texts) and `eponyms.txt`; our own marked
captions (tests/curate/identifiers/captions) are always read. The naive reference is what one writes
in five minutes; commonregex (`pip install commonregex`) and the named-entity support (extra `ner`)
are measured if they are installed. One core, CPU time, the best of five rounds.
"""

import csv
import importlib.util
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pairdx.curate.identifiers.captions import find_identifiers
from pairdx.curate.identifiers.entities import person_reader

Span = tuple[int, int]
Finder = Callable[[str], list[Span]]
Marked = tuple[str, list[Span]]

OWN = Path("tests/curate/identifiers/captions")
FRAME = "CT in a patient with {}."
ROUNDS = 5
NAIVE = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr)\.? [A-Z]\w+(?: [A-Z]\w+)?|\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}"
    r"|[\w.]+@[\w.]+|\+?\d[\d ()-]{7,}\d|\b(?:MRN|ID)\W+\w+"
)


def rules(caption: str) -> list[Span]:
    """Run the rules of this project."""
    return [(one.start, one.end) for one in find_identifiers(caption)]


def naive(caption: str) -> list[Span]:
    """Run the patterns that come to mind first."""
    return [match.span() for match in NAIVE.finditer(caption)]


def finders() -> dict[str, Finder]:
    """Return what is measured, by name."""
    found: dict[str, Finder] = {"naive reference": naive, "rules": rules}
    if importlib.util.find_spec("spacy"):
        read = person_reader()
        found["rules + named entities"] = lambda caption: [
            (one.start, one.end) for one in find_identifiers(caption, read)
        ]
    if importlib.util.find_spec("commonregex"):
        found["commonregex"] = common
    return found


def common(caption: str) -> list[Span]:
    """Run every pattern of commonregex."""
    from commonregex import CommonRegex

    parsed = CommonRegex(caption)
    kinds = ("dates", "phones", "links", "emails", "ips", "credit_cards", "street_addresses")
    texts = {text.strip() for kind in kinds for text in getattr(parsed, kind)}
    return [(caption.index(text), caption.index(text) + len(text)) for text in sorted(texts)]


def read_marked(path: Path) -> list[Marked]:
    """Read captions in which identifiers are marked as {kind|text}."""
    captions = []
    for line in path.read_text(encoding="utf-8").splitlines():
        pieces = re.split(r"\{\w+\|([^{}]*)\}", line)  # every second one is an identifier
        starts = [sum(map(len, pieces[:index])) for index in range(len(pieces))]
        spans = [
            (starts[index], starts[index] + len(pieces[index]))
            for index in range(1, len(pieces), 2)
        ]
        captions.append(("".join(pieces), spans))
    return captions


def read_shared(folder: Path) -> dict[str, list[Marked]]:
    """Read captions.csv and eponyms.txt."""
    with (folder / "captions.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["caption"], json.loads(row["spans"])) for row in csv.DictReader(file)]
    captions = [
        (caption, [(caption.index(text), caption.index(text) + len(text)) for text in texts])
        for caption, texts in rows
    ]
    eponyms = (folder / "eponyms.txt").read_text(encoding="utf-8").splitlines()
    framed: list[Marked] = [(FRAME.format(eponym), []) for eponym in eponyms if eponym.strip()]
    return {"captions.csv": captions, "eponyms.txt": framed}


def measure(captions: list[Marked], find: Finder) -> tuple[int, int, float]:
    """Return spans found whole, clean captions flagged, and captions a second."""
    hits = flagged = 0
    for caption, spans in captions:
        found = find(caption)
        flagged += bool(found) and not spans
        hits += sum(_covered(caption, span, found) for span in spans)
    seconds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(10):
            for caption, _spans in captions:
                find(caption)
        seconds.append(time.process_time() - start)
    return hits, flagged, 10 * len(captions) / min(seconds)


def _covered(caption: str, span: Span, found: list[Span]) -> bool:
    return all(
        any(start <= position < end for start, end in found)
        for position in range(*span)
        if caption[position].isalnum()
    )


def main(
    folder: Annotated[
        Path | None, typer.Argument(help="Holds captions.csv and eponyms.txt.")
    ] = None,
) -> None:
    """Print one row a set and method; the ratio is of captions a second to the naive reference."""
    sets = {path.name: read_marked(path) for path in sorted(OWN.glob("*.txt"))}
    sets |= read_shared(folder) if folder else {}
    print("| Captions | Method | Identifiers found | Clean flagged | Captions/s | to naive |")
    print("|---|---|---:|---:|---:|---:|")
    for name, captions in sets.items():
        spans = sum(len(marked) for _, marked in captions)
        clean = sum(not marked for _, marked in captions)
        base = 0.0
        for method, find in finders().items():
            hits, flagged, speed = measure(captions, find)
            base = base or speed
            print(
                f"| {name} | {method} | {hits} of {spans} | {flagged} of {clean} "
                f"| {speed:,.0f} | {speed / base:.2f} |"
            )


if __name__ == "__main__":
    typer.run(main)
