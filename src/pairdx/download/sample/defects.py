"""What is wrong with a sample, on purpose: copies, identifiers, damaged and missing images."""

from dataclasses import replace

from pairdx.download.sample.canvas import Rng
from pairdx.download.sample.captions import compose, plant
from pairdx.download.sample.motifs import MOTIFS
from pairdx.download.sample.phrases import IDENTIFIERS
from pairdx.download.sample.plan import Article, Figure, Row


def make_copies(rng: Rng, figures: list[Figure], kinds: list[str]) -> list[Figure]:
    """Figures that repeat one picture of another; each original is copied once."""
    fits = [
        f for f in figures if MOTIFS[f.motif].label != "pathology" and f.decided_by != "nothing"
    ]
    chosen = rng.permutation(len(fits))[: len(kinds)]
    copies: list[Figure] = []
    for i, kind in zip(chosen.tolist(), kinds, strict=True):
        original = fits[i]
        at = (original.number, int(rng.integers(len(original.parts))))
        parts = ("undivided",)
        caption = compose(rng, original.motif, original.wording, parts)
        number = len(figures) + len(copies)
        copies.append(
            replace(
                original, number=number, parts=parts, caption=caption, copy_kind=kind, copy_of=at
            )
        )
    return copies


def attach_elsewhere(rng: Rng, articles: list[Article], copies: list[Figure]) -> None:
    """Give each copy to a case of an article that does not hold the original."""
    home = {n: i for i, a in enumerate(articles) for case in a.cases for n in case.figures}
    for copy in copies:
        other = int(rng.integers(len(articles) - 1))
        other += int(other >= home[copy.drawn_from(0)[0]])
        cases = articles[other].cases
        cases[int(rng.integers(len(cases)))].figures.append(copy.number)


def attach_twice(
    rng: Rng, articles: list[Article], figures: list[Figure], copies: list[Figure], count: int
) -> None:
    """Attach figures of ``count`` parts in all to a second case of their article."""
    originals = {copy.drawn_from(0)[0] for copy in copies}
    places = [
        (article, (i + 1) % len(article.cases), figure)
        for article in articles
        for i, case in enumerate(article.cases)
        for figure in case.figures[:1]
        if len(article.cases) > 1 and figure < len(figures) and figure not in originals
    ]
    for at in rng.permutation(len(places)).tolist():
        article, case, figure = places[at]
        if len(figures[figure].parts) <= count:
            article.cases[case].figures.append(figure)
            count -= len(figures[figure].parts)


def plant_identifiers(rng: Rng, figures: list[Figure]) -> list[Figure]:
    """Put identifiers of every kind into about 2 % of the captions."""
    count = max(10, round(0.02 * len(figures)))
    kinds = list(IDENTIFIERS)
    planted = list(figures)
    for i, number in enumerate(rng.permutation(len(figures))[:count].tolist()):
        caption, identifiers = plant(rng, figures[number].caption, kinds[i % len(kinds)])
        planted[number] = replace(figures[number], caption=caption, identifiers=identifiers)
    return planted


def spoil(rng: Rng, rows: list[Row], figures: list[Figure]) -> list[Row]:
    """Mark missing files, 1x1 placeholders and burned-in identifiers; copies stay whole."""
    tied = {row.file for row in rows if row.copy_kind} | {row.copy_of for row in rows}
    spoiled = list(rows)
    free = [i for i, row in enumerate(rows) if row.file not in tied]
    counts = {
        "missing": max(4, round(0.004 * len(rows))),
        "blank": max(5, round(0.006 * len(rows))),
    }
    order = [free[i] for i in rng.permutation(len(free)).tolist()]
    for defect, count in counts.items():
        for i in order[:count]:
            spoiled[i] = replace(rows[i], defect=defect)
        order = order[count:]
    clinical = [
        i
        for i in order
        if MOTIFS[figures[rows[i].figure].motif].label in ("radiology", "endoscopy")
        and figures[rows[i].figure].looks_like is None
    ]
    for i in clinical[: max(8, round(0.02 * len(rows)))]:
        spoiled[i] = replace(rows[i], defect="burned_in")
    return spoiled
