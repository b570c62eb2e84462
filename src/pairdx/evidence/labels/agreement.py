"""How far two readers agree on the class of pairs, and every model with them.

Between readers: Cohen's kappa (1960), for which ``unclear`` is a seventh answer. Of a model or of
the given labels with a reader: the share of equal classes and kappa over the pairs that the reader
gave a class. Consensus: the pairs about which all who answered, two at least, say the same class.
Intervals resample whole articles.

Shapes: R resamples, N pairs, A answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from pairdx.readers.labels import ANSWERS, UNCLEAR
from pairdx.statistics.intervals.bootstrap import DIFFERENCE, SHARE, Floats, article_weights
from pairdx.statistics.intervals.params import IntervalParams
from pairdx.statistics.intervals.reported import with_interval

Answers = Mapping[str, str]  # by id


@dataclass(frozen=True)
class Bootstrap:
    """How intervals are drawn, and the article of every pair."""

    articles: Mapping[str, str]
    params: IntervalParams
    seed: int


def agreement(
    readers: Mapping[str, Answers],
    labels: Answers,
    models: Mapping[str, Answers],
    bootstrap: Bootstrap,
) -> dict[str, Any]:
    """Compare readers with each other, and the given labels and every model with each of them.

    Args:
        readers: their answers; none at all is an answer too.
        labels: the given label of every pair.
        models: each model's class of the test pairs.
        bootstrap: how intervals are drawn.
    """
    others = {"given_label": labels, **models}
    return {
        "between_readers": {
            f"{first}, {second}": compare(readers[first], readers[second], bootstrap)
            for first, second in combinations(sorted(readers), 2)
            if readers[first].keys() & readers[second].keys()
        },
        "with": {
            name: {
                "answers": len(said),
                "unclear": sum(answer == UNCLEAR for answer in said.values()),
                "agreement": {
                    other: compare(_classes(said), theirs, bootstrap)
                    for other, theirs in others.items()
                },
            }
            for name, said in [*sorted(readers.items()), ("consensus", consensus(readers))]
            if said
        },
    }


def consensus(readers: Mapping[str, Answers]) -> dict[str, str]:
    """Return the class of the pairs on which two readers or more answered, all the same class."""
    said: dict[str, list[str]] = {}
    for answers in readers.values():
        for id_, answer in answers.items():
            said.setdefault(id_, []).append(answer)
    return {
        id_: answers[0]
        for id_, answers in sorted(said.items())
        if len(answers) > 1 and len(set(answers)) == 1 and answers[0] != UNCLEAR
    }


def compare(one: Answers, other: Answers, bootstrap: Bootstrap) -> dict[str, Any]:
    """Share of equal answers and kappa on the pairs that both answered, None without any."""
    both = sorted(one.keys() & other.keys())
    result: dict[str, Any] = {"pairs": len(both)}
    if not both:
        return result | dict.fromkeys(_keys())
    cells = _cells([one[id_] for id_ in both], [other[id_] for id_ in both])
    articles = np.unique([bootstrap.articles[id_] for id_ in both], return_inverse=True)[1]
    generator = np.random.default_rng(bootstrap.seed)
    resampled = np.concatenate(
        [
            _tables(weights, cells)
            for weights in article_weights(articles, bootstrap.params.resamples, generator)
        ]
    )
    point = _tables(np.ones((1, len(both))), cells)
    for name, measure, scale in (("agree", share, SHARE), ("kappa", kappa, DIFFERENCE)):
        result |= with_interval(
            name,
            measure(point)[0],
            measure(resampled),
            bootstrap.params.confidence,
            articles,
            scale,
        )
    return result


def share(tables: Floats) -> Floats:
    """Share of pairs on the diagonal, (R,)."""
    return np.trace(tables, axis1=1, axis2=2) / tables.sum(axis=(1, 2))


def kappa(tables: Floats) -> Floats:
    """Cohen's kappa of (R, A, A) tables, (R,); NaN where both give one and the same answer only."""
    totals = tables.sum(axis=(1, 2))
    chance = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1) / totals**2
    result = np.full(len(tables), np.nan)
    return np.divide(share(tables) - chance, 1 - chance, out=result, where=chance < 1)


def _classes(said: Answers) -> dict[str, str]:
    return {id_: answer for id_, answer in said.items() if answer != UNCLEAR}


def _cells(one: Sequence[str], other: Sequence[str]) -> Floats:
    """Which cell of the table each pair is in, (N, A * A)."""
    size = len(ANSWERS)
    at = [ANSWERS.index(a) * size + ANSWERS.index(b) for a, b in zip(one, other, strict=True)]
    return np.eye(size * size)[at]


def _tables(weights: Floats, cells: Floats) -> Floats:
    return (weights @ cells).reshape(-1, len(ANSWERS), len(ANSWERS))


def _keys() -> list[str]:
    return [f"{name}{end}" for name in ("agree", "kappa") for end in ("", "_low", "_high")]
