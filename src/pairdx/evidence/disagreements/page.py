"""The cases on which two models differ, as a page to look at."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pairdx.core.decode import decode
from pairdx.core.schema import LABELS
from pairdx.evidence.disagreements.disagreements import DisagreementsParams, kinds
from pairdx.pages.gallery import Card, Picture, Section, render
from pairdx.pages.pictures import thumbnail
from pairdx.statistics.intervals.bootstrap import Integers
from pairdx.statistics.scores.calibration import Booleans
from pairdx.statistics.scores.classification import Predictions

Row = Mapping[str, Any]


def page(
    models: Mapping[str, Predictions],
    pairs: Sequence[Row],
    summary: Mapping[str, Any],
    params: DisagreementsParams,
) -> str:
    """Return the page: one section for each answer to who is right.

    Args:
        models: two models' predictions, by name.
        pairs: `id`, `caption` and `image` of the same pairs in the same order.
        summary: what ``evaluate.disagreements`` counted.
        params: how many cases are shown, and how large.
    """
    first, second = models
    found = kinds(*models.values())
    titles = (f"{first} is right", f"{second} is right", "Neither is right")
    sections = [
        _section(title, rows, models, pairs, params)
        for title, rows in zip(titles, found.values(), strict=True)
    ]
    counts = summary["all"]
    told = ", ".join(
        f"{title[0].lower()}{title[1:]}: {counts[name]}"
        for title, name in zip(titles, found, strict=True)
    )
    intro = (
        f"{first} and {second} predict different classes for {counts['differ']} of {counts['n']} "
        f"test pairs ({told})."
    )
    return render(f"{first} or {second}", intro, sections)


def _section(
    title: str,
    found: Booleans,
    models: Mapping[str, Predictions],
    pairs: Sequence[Row],
    params: DisagreementsParams,
) -> Section:
    rows = _surest_errors(found, models)[: params.cards]
    note = f"{len(rows)} of {int(found.sum())} cases, those first in which an error was surest."
    return Section(title, note, tuple(_card(row, models, pairs[row], params) for row in rows))


def _surest_errors(found: Booleans, models: Mapping[str, Predictions]) -> Integers:
    """Rows of the pairs ``found``, by the confidence of the surest wrong model."""
    sure = np.max(
        [np.where(model.correct, 0, model.confidence) for model in models.values()], axis=0
    )
    rows = np.flatnonzero(found)
    return rows[np.argsort(-sure[rows], kind="stable")]


def _card(
    row: int, models: Mapping[str, Predictions], pair: Row, params: DisagreementsParams
) -> Card:
    label = LABELS[next(iter(models.values())).actual[row]]
    answers = tuple(
        (name, f"{LABELS[model.predicted[row]]} ({model.confidence[row]:.2f})")
        for name, model in models.items()
    )
    picture = Picture(thumbnail(decode(pair["image"]["bytes"]), params.thumbnail), label)
    caption = ((pair["caption"], 0.0),) if pair["caption"] else ()
    return Card(pair["id"], (label,), (picture,), caption, (("label", label), *answers))
