"""The cases on which two models differ, as a page to look at."""

from collections.abc import Callable, Mapping, Sequence
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
ReadImages = Callable[[Sequence[str]], Mapping[str, bytes]]  # ids -> encoded images by id


def page(
    models: Mapping[str, Predictions],
    pairs: Sequence[Row],
    read_images: ReadImages,
    summary: Mapping[str, Any],
    params: DisagreementsParams,
) -> str:
    """Return the page: one section for each answer to who is right.

    Args:
        models: two models' predictions, by name.
        pairs: `id` and `caption` of the same pairs in the same order.
        read_images: reads those of the cases that are shown; a split's would be gigabytes.
        summary: what ``evaluate.disagreements`` counted.
        params: how many cases are shown, and how large.
    """
    first, second = models
    found = kinds(*models.values())
    titles = (f"{first} is right", f"{second} is right", "Neither is right")
    chosen = [_surest_errors(rows, models)[: params.cards] for rows in found.values()]
    images = read_images([pairs[row]["id"] for rows in chosen for row in rows])

    def cards(rows: Integers) -> tuple[Card, ...]:
        return tuple(
            _card(row, models, pairs[row], images[pairs[row]["id"]], params) for row in rows
        )

    sections = [
        Section(title, _note(rows, of), cards(rows))
        for title, rows, of in zip(titles, chosen, found.values(), strict=True)
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


def _note(shown: Integers, found: Booleans) -> str:
    return f"{len(shown)} of {int(found.sum())} cases, those first in which an error was surest."


def _surest_errors(found: Booleans, models: Mapping[str, Predictions]) -> Integers:
    """Rows of the pairs ``found``, by the confidence of the surest wrong model."""
    sure = np.max(
        [np.where(model.correct, 0, model.confidence) for model in models.values()], axis=0
    )
    rows = np.flatnonzero(found)
    return rows[np.argsort(-sure[rows], kind="stable")]


def _card(
    row: int,
    models: Mapping[str, Predictions],
    pair: Row,
    image: bytes,
    params: DisagreementsParams,
) -> Card:
    label = LABELS[next(iter(models.values())).actual[row]]
    answers = tuple(
        (name, f"{LABELS[model.predicted[row]]} ({model.confidence[row]:.2f})")
        for name, model in models.items()
    )
    picture = Picture(thumbnail(decode(image), params.thumbnail), label)
    caption = ((pair["caption"], 0.0),) if pair["caption"] else ()
    return Card(pair["id"], (label,), (picture,), caption, (("label", label), *answers))
