"""The chapter on what may be concluded: sentences that say no more than an interval does.

Differences between models hold by their p after Holm's correction, gaps between groups by intervals
adjusted for all comparisons of a model, other effects by their own interval. What does not hold is
"not shown", never "none".
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from pairdx.evidence.report.blocks import (
    Block,
    Chapter,
    Charts,
    Links,
    Points,
    Table,
    held,
    name,
    part,
    told,
)
from pairdx.evidence.report.charts import forest
from pairdx.evidence.report.pairs import Pairs
from pairdx.evidence.report.records import Records
from pairdx.evidence.report.scores import interval_row

CHANGES = {
    "words_masked": "without modality words",
    "shuffled_within": "with a caption of the same class",
    "shuffled_across": "with a caption of another class",
    "empty_caption": "without a caption",
    "grey_image": "with a grey image",
    "white_image": "with a white image",
}


def chapter(
    records: Records, pairs: Pairs, models: Sequence[str], trained: Sequence[str], confidence: float
) -> Chapter:
    """Say what follows for the ``models``; only the ``trained`` ones are held against each other.

    Args:
        records: the results.
        pairs: that they were measured on.
        models: all of the comparison.
        trained: those without random weights.
        confidence: of the intervals.
    """
    parts = (
        part("Which differences are real", partial(_differences, records, trained, confidence)),
        part("Does sharing articles flatter?", partial(_leakage, records)),
        part("What do the models read?", partial(_shortcuts, records, models, trained)),
        part("For whom are they worse?", partial(_subgroups, records, trained)),
        part("Are the labels right?", partial(_labels, records)),
        part("What may not be concluded", partial(_limits, pairs)),
    )
    return Chapter("conclusions", "What may be concluded", parts)


def best(records: Records, models: Sequence[str]) -> str:
    """The model of the highest accuracy, the first of several."""
    return max(models, key=lambda model: records.metric(model)["accuracy"])


def lead(
    found: Mapping[str, Mapping[str, Any]], first: str, other: str
) -> tuple[dict[str, float | None], float]:
    """Accuracy of ``first`` less that of ``other``, and its p by article after correction."""
    if f"{first}_vs_{other}" in found:
        one = found[f"{first}_vs_{other}"]
        value, low, high = (one[f"accuracy{end}"] for end in ("", "_low", "_high"))
    else:
        one = found[f"{other}_vs_{first}"]
        value, high, low = (_minus(one[f"accuracy{end}"]) for end in ("", "_low", "_high"))
    return {"accuracy": value, "accuracy_low": low, "accuracy_high": high}, one["p_by_article_holm"]


def _minus(value: float | None) -> float | None:
    return None if value is None else 0 - value


def leads(
    records: Records, trained: Sequence[str], confidence: float
) -> Iterator[tuple[str, dict[str, float | None], bool]]:
    """The best of the ``trained`` against each other one: its lead, and whether that holds."""
    found, first = records.metric("significance"), best(records, trained)
    for other in trained:
        if other != first:
            difference, p = lead(found, first, other)
            yield other, difference, p < 1 - confidence


def summary(records: Records, trained: Sequence[str], confidence: float) -> tuple[str, ...]:
    """What a reader in a hurry should know of the best model."""
    first = best(records, trained)
    scores = records.metric(first)
    sentences = [
        f"Highest accuracy on the {scores['n']:,} test pairs: {first}, {told(scores, 'accuracy')}, "
        f"macro-F1 {told(scores, 'macro_f1')}."
    ]
    groups: dict[str, list[str]] = {"holds against": [], "is not shown against": []}
    for other, one, holds in leads(records, trained, confidence):
        of = groups["holds against" if holds else "is not shown against"]
        of.append(f"{other} ({told(one, 'accuracy', '+')})")
    sentences += [f"Its lead {words} {', '.join(of)}." for words, of in groups.items() if of]
    return tuple(sentences)


def _differences(records: Records, trained: Sequence[str], confidence: float) -> list[Block]:
    found, first = records.metric("significance"), best(records, trained)
    holding = sum(one["p_by_article_holm"] < 1 - confidence for one in found.values())
    sentence = (
        f"Of {len(found)} differences in accuracy between two models {holding} hold by article, "
        f"after Holm's correction for all {len(found)}, at a level of {1 - confidence:.0%}."
    )
    rows = [
        interval_row(other, one, "accuracy")
        for other, one, _ in leads(records, trained, confidence)
    ]
    caption = f"Accuracy of {first} less that of each other trained model"
    chart = forest(rows, "difference", caption, f"{caption}; the sentences have the numbers.")
    link = ("Every difference, with p before and after correction", "significance.md")
    summed = summary(records, trained, confidence)
    return [Points((sentence, *summed)), Charts((chart,)), Links((link,))]


def _leakage(records: Records) -> list[Block]:
    found = records.metric("leakage")
    sentences = [
        f"Split by pair, {found['shared']['none']['articles']:.0%} of the test pairs share an "
        f"article with training; split by article, {found['shared']['article']['articles']:.0%}."
    ]
    for probe, one in found["accuracy"].items():
        effect = told(one, "inflation", "+")
        if held(one, "inflation"):
            way = "flatters" if one["inflation"] > 0 else "lowers"
            sentences.append(f"Splitting by pair {way} the accuracy of {name(probe)} by {effect}.")
        else:
            sentences.append(f"That it flatters {name(probe)} is not shown: {effect}.")
    return [Points(tuple(sentences))]


def _shortcuts(records: Records, models: Sequence[str], trained: Sequence[str]) -> list[Block]:
    found = records.metric("shortcut")["models"]
    first = best(records, trained)
    sentences = []
    for change, words in CHANGES.items():
        one = found[first]["changes"].get(change)
        if one and one["read"]:
            what = "loses" if held(one, "accuracy_drop") else "is not shown to lose:"
            sentences.append(f"{words.capitalize()} {first} {what} {told(one, 'accuracy_drop')}.")
    rows = tuple(
        (model, *(_drop(found[model]["changes"].get(change)) for change in CHANGES))
        for model in models
        if model in found
    )
    header = ("Model", *(words.capitalize() for words in CHANGES.values()))
    table = Table("Accuracy lost when a part of the pair is changed [low, high]", header, rows)
    return [Points(tuple(sentences)), table]


def _drop(change: Mapping[str, Any] | None) -> str:
    if change is None or not change["read"]:
        return "not read"
    return told(change, "accuracy_drop", "+")


def _subgroups(records: Records, trained: Sequence[str]) -> list[Block]:
    found = records.metric("subgroups")
    rows, holding = [], []
    for model in trained:
        gap = found[model]["largest_gap"]["accuracy"]
        if gap is None:
            rows.append((model, "too few pairs in every group", "", "", ""))
            continue
        ends = {"gap": gap["gap"], "gap_low": gap["adjusted_low"], "gap_high": gap["adjusted_high"]}
        is_held = held(ends, "gap")
        holding += [model] if is_held else []
        rows.append((model, name(gap["attribute"]), f"{gap['best']} over {gap['worst']}",
                     told(ends, "gap", "+"), "yes" if is_held else "not shown"))  # fmt: skip
    counts = {found[model]["comparisons"]["accuracy"] for model in trained}
    many = " or ".join(str(count) for count in sorted(counts))
    sentence = (
        f"Models with a gap in accuracy between groups that holds after a correction for the "
        f"{many} comparisons of each: {', '.join(holding) or 'none is shown'}. There may be gaps "
        "all the same: see how wide the intervals are."
    )
    header = ("Model", "By", "Groups", "Largest gap [adjusted]", "Holds")
    table = Table("The largest gap of each model in accuracy", header, tuple(rows))
    return [Points((sentence,)), table]


def _labels(records: Records) -> list[Block]:
    audit = records.metric("label_audit")
    parts = [
        f"{audit[split]['suspects']:,} of {audit[split]['n']:,} labels of {words} look wrong to a "
        "model that has not seen them"
        for split, words in (("train_and_validation", "training and validation"), ("test", "test"))
        if split in audit
    ]
    readers = records.metric("label_check")["readers"]["between_readers"]
    people = (
        f"Readers who looked at labels: {', '.join(sorted(readers))}."
        if readers
        else "No two people have read the same labels yet: that is what settles it."
    )
    sheet = ("The sheet on which people read labels", "../data/label_sheet/index.html")
    return [Points((f"{'; '.join(parts)}.", people)), Links((sheet,))]


def _limits(pairs: Pairs) -> list[Block]:
    sentences = (
        "Intervals say what other articles would do to these weights. Another training, by another "
        "seed or on another CPU, moves scores as well: `pairdx seeds` measures that.",
        "All pairs are of the sources named above; a high score within one source may be the "
        "source's, and `external` is the test for that.",
        "Nothing here is a medical device, and no output a diagnosis.",
    )
    return [Points((*_of_the_source(pairs), *sentences))]


def _of_the_source(pairs: Pairs) -> Iterator[str]:
    if pairs.drawn:
        yield (
            "Nothing here may be carried over to real case reports: pictures and captions are "
            "drawn, so that image and caption are both needed."
        )
    if any("MultiCaRe" in source for source in pairs.sources):
        yield (
            "MultiCaRe's labels are an image-only network's own predictions: a high score is "
            "agreement with it, not truth."
        )
