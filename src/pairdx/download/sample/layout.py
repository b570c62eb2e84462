"""Lay out a sample: decide on everything, then name the files.

A picture is drawn later from a seed of its own, so that it is the same whatever else is drawn, and
a copy is drawn again rather than kept.
"""

import numpy as np

from pairdx.download.sample.canvas import Rng
from pairdx.download.sample.cases import make_articles
from pairdx.download.sample.defects import (
    attach_elsewhere,
    attach_twice,
    make_copies,
    plant_identifiers,
    spoil,
)
from pairdx.download.sample.figures import make_figures
from pairdx.download.sample.plan import Article, Figure, Plan, Row

Files = dict[tuple[int, int], str]  # by figure number and component


def _names(rng: Rng, article: Article, figures: list[Figure]) -> dict[tuple[int, int], str]:
    """File of each picture of an article, by figure number and component."""
    stem = ("fig", "gr", "f", "g00")[int(rng.integers(4))]
    numbers = list(dict.fromkeys(n for case in article.cases for n in case.figures))
    parts = [(n, part) for n in numbers for part in range(figures[n].components)]
    names = {}
    for order, (number, part) in enumerate(parts, start=1):
        letter = "ABCD"[part] if figures[number].components > 1 else "undivided"
        main = f"{article.pmcid}_{stem}{numbers.index(number) + 1}"
        names[number, part] = f"{main}_{letter}_{order}_{len(parts)}.webp"
    return names


def _row(place: tuple[int, int], figure: Figure, part: int, files: Files, again: bool) -> Row:
    file = files[figure.number, part]
    kind, of = figure.copy_kind, files[figure.copy_of] if figure.copy_of else None
    if again:
        kind, of = "second_case", file
    return Row(*place, figure.number, part, file, copy_kind=kind, copy_of=of)


def _rows(rng: Rng, articles: list[Article], figures: list[Figure]) -> list[Row]:
    files: Files = {}
    for article in articles:
        files |= _names(rng, article, figures)
    rows: list[Row] = []
    seen: set[tuple[int, int]] = set()
    for a, article in enumerate(articles):
        for c, case in enumerate(article.cases):
            for number in case.figures:
                for part in range(figures[number].components):
                    again = (number, part) in seen
                    rows.append(_row((a, c), figures[number], part, files, again))
                    seen.add((number, part))
    return rows


def make_plan(images: int, seed: int) -> Plan:
    """Decide on ``images`` rows."""
    rng = np.random.default_rng([seed, 0])
    exact, near = max(5, round(0.010 * images)), max(8, round(0.014 * images))
    twice = max(4, round(0.005 * images))
    figures = make_figures(rng, images - exact - near - twice)
    articles = make_articles(rng, figures)
    copies = make_copies(rng, figures, ["exact"] * exact + ["near"] * near)
    attach_elsewhere(rng, articles, copies)
    attach_twice(rng, articles, figures, copies, twice)
    figures = plant_identifiers(rng, figures + copies)
    rows = spoil(rng, _rows(rng, articles, figures), figures)
    return Plan(seed, figures, articles, rows)
