"""Lay out a sample: decide on everything, then name the files.

A picture is drawn later from a seed of its own, so that it is the same whatever else is drawn, and
a copy is drawn again rather than kept.
"""

import re

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

Files = dict[tuple[int, int], str]  # by the numbers of figure and part
_ORIGINALS = (  # how journals name a figure's file
    "ssr-#-#-####-g{}",
    "ssr-0#-#####-g00{}",
    "SSR_####_f{}",
    "#####_20##_####_Fig{}_HTML",
    "gr{}",
)


def _names(rng: Rng, article: Article, figures: list[Figure]) -> Files:
    """File of each picture of an article."""
    form = _ORIGINALS[int(rng.integers(len(_ORIGINALS)))]
    form = re.sub("#", lambda _: str(int(rng.integers(1, 10))), form)
    numbers = list(dict.fromkeys(n for case in article.cases for n in case.figures))
    names = {}
    for place, number in enumerate(numbers, start=1):
        original, parts = form.format(place), figures[number].parts
        for i, part in enumerate(parts):
            names[number, i] = f"{article.pmcid}_{original}_{part}_{i + 1}_{len(parts)}.webp"
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
                for part in range(len(figures[number].parts)):
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
