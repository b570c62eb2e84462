"""The chapter on errors: confusions, disagreements, explained cases, corrupted and other pairs."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pairdx.evidence.report.blocks import (
    Block,
    Cards,
    Chapter,
    Links,
    Table,
    Words,
    name,
    part,
    told,
)
from pairdx.evidence.report.records import AbsentError, Records
from pairdx.evidence.report.scores import confusion
from pairdx.pages.gallery import read_sections

COMMON = 3  # confusions told of each model
SHOWN = 3  # explained cases of each kind
KINDS = ("Wrong", "Disputed")  # of the explained cases
ALL_CASES = ("All explained cases", "../data/explain/index.html")


def chapter(
    records: Records, models: Sequence[str], others: Sequence[str], cases: Path, *, drawn: bool
) -> Chapter:
    """Lay out where the ``models`` err.

    Args:
        records: the results.
        models: of the comparison.
        others: names of the other sources that they were measured on.
        cases: what stage `explain` wrote of some pairs.
        drawn: whether those are painted.
    """
    parts = (
        part("The most frequent errors", partial(_errors, records, models)),
        part("Where two models disagree", partial(_disagreements, records)),
        part("Errors, explained", partial(_cases, cases, drawn=drawn)),
        part("How far the explanations hold", partial(_explanations, records)),
        part("Noise, blur and typing errors", partial(_robustness, records, models)),
        part("Pairs of other sources", partial(_external, records, models, others)),
    )
    return Chapter("errors", "Where they fail", parts)


def _errors(records: Records, models: Sequence[str]) -> list[Block]:
    rows = []
    for model in models:
        counts = confusion(records, model)
        wrong = sorted(
            ((pair, n) for pair, n in counts.items() if pair[0] != pair[1]),
            key=lambda item: (-item[1], item[0]),
        )
        common = "; ".join(f"{name(a)} as {name(b)}: {n}" for (a, b), n in wrong[:COMMON])
        share = f"{sum(n for _, n in wrong)} of {counts.total()}"
        rows.append((model, share, common or "none"))
    header = ("Model", "Errors", "Most frequent: a class, told as another")
    return [Table("Errors on the test pairs", header, tuple(rows))]


def _disagreements(records: Records) -> list[Block]:
    found = records.metric("disagreements")
    first, second, whole = found["first"], found["second"], found["all"]
    words = (
        f"{first} and {second} answer {whole['differ']} of {whole['n']} test pairs differently, a "
        f"share of {told(whole, 'differ_share')}: {first} is right on {whole['first_right']}, "
        f"{second} on {whole['second_right']}, neither on {whole['neither_right']}."
    )
    counts = ("n", "differ", "first_right", "second_right", "neither_right")
    rows = tuple(
        (name(label), *(str(of[key]) for key in counts), told(of, "accuracy_difference", "+"))
        for label, of in found["by_class"].items()
    )
    header = (
        "Class", "Pairs", "Differ", f"{first} is right", f"{second} is right", "Neither is",
        f"Accuracy of {first} less {second}",
    )  # fmt: skip
    return [
        Words(words),
        Table("Disagreements by class", header, rows),
        Links((("All disagreements, the surest errors first", "disagreements.html"),)),
    ]


def _cases(cases: Path, *, drawn: bool) -> list[Block]:
    if not cases.exists():
        raise AbsentError("data/explain/cases.json")
    sections = [one for one in read_sections(cases) if one.title in KINDS and one.cards]
    words = (
        "Pictures: where the evidence for the class that a model predicts lies (Grad-CAM; yellow "
        "is the strongest of the picture). Captions: blue words speak for that class, red ones "
        "against it. An explanation says what a model uses, not what is true."
    )
    if drawn:
        words = f"Synthetic: these pictures are painted, none is of a patient. {words}"
    blocks: list[Block] = [Words(words)]
    for section in sections:
        shown = section.cards[:SHOWN]
        note = f"{section.title}, {len(shown)} of {len(section.cards)} cases. {section.note}"
        blocks += [
            Words(note),
            Cards(shown, "Which words speak for the class, and which against it"),
        ]
    if not sections:
        blocks.append(Words("Among the cases drawn there is no error."))
    return [*blocks, Links((ALL_CASES,))]


def _explanations(records: Records) -> list[Block]:
    found = records.metric("explain")
    rows = tuple(
        (f"{model}, {name(explanation)}", reads, told(of, "deletion_gain", "+"),
         told(of, "insertion_gain", "+"))
        for reads in ("image", "caption")
        for model, explanations in found.get(reads, {}).items()
        for explanation, of in explanations.items()
    )  # fmt: skip
    words = (
        "What an explanation brings over taking regions or words in random order: by how much more "
        "the probability falls when the strongest are removed first, and rises when they are "
        "inserted first. Where the interval holds zero, it is not shown to be better than chance."
    )
    header = ("Explanation", "Of the", "Gain, removed", "Gain, inserted")
    return [Words(words), Table("How far explanations hold", header, rows)]


def _robustness(records: Records, models: Sequence[str]) -> list[Block]:
    found = records.metric("robustness")
    rows = tuple(
        (model, f"{found['models'][model]['accuracy']:.3f}", *_lost(found["models"][model]))
        for model in models
        if model in found["models"]
    )
    header = ("Model", "Accuracy as they are", "Lost on corrupted images", "Lost on typing errors")
    words = f"Measured on {found['n']} test pairs, each corrupted in several ways and severities."
    return [Words(words), Table("Accuracy lost on corrupted pairs", header, rows)]


def _lost(model: dict[str, Any]) -> list[str]:
    parts = (model.get(part_of) for part_of in ("image", "caption"))
    return [told(part_of, "accuracy_drop", "+") if part_of else "not read" for part_of in parts]


def _external(records: Records, models: Sequence[str], others: Sequence[str]) -> list[Block]:
    if not others:
        raise AbsentError("metrics/external")
    blocks: list[Block] = []
    for source in others:
        rows = []
        for model in models:
            one = records.metric(f"external/{source}/{model}")
            scores = told(one, "accuracy"), told(one, "accuracy_drop", "+")
            rows.append((model, *scores, f"{one['n']:,}"))
        header = ("Model", "Accuracy", "Lost against the test pairs", "n")
        blocks.append(Table(f"On the pairs of {source}", header, tuple(rows)))
    return blocks
