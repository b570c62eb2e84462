"""The articles of a sample and their cases: who the figures belong to."""

import numpy as np

from pairdx.download.sample.canvas import Rng
from pairdx.download.sample.figures import weighted
from pairdx.download.sample.plan import Article, Case, Figure

_LICENSES = {"CC BY": 0.5, "CC BY-NC-SA": 0.245, "CC BY-NC": 0.245, "CC0": 0.01}


def _case(rng: Rng) -> Case:
    age: float | None
    kind = rng.random()
    if kind < 0.09:
        age = None
    elif kind < 0.11:
        age = 0.0  # younger than a year
    elif kind < 0.27:
        age = float(rng.integers(1, 18))
    else:
        age = float(np.clip(np.rint(rng.normal(47, 18)), 18, 95))
    gender = weighted(rng, {"Male": 0.48, "Female": 0.453, "Transgender": 0.002, "Unknown": 0.065})
    return Case(age, gender)


def make_articles(rng: Rng, figures: list[Figure]) -> list[Article]:
    """Hand the figures out in order: 1-3 cases an article, 1-2 figures a case."""
    articles: list[Article] = []
    given = 0
    while given < len(figures):
        cases = [_case(rng) for _ in range(int(rng.choice([1, 2, 3], p=[0.7, 0.22, 0.08])))]
        for case in cases:
            take = 1 + int(rng.random() < 0.35)
            case.figures = [f.number for f in figures[given : given + take]]
            given += take
        articles.append(Article("", weighted(rng, _LICENSES), cases))
    digits = rng.choice(10**7, len(articles), replace=False)
    for i, article in enumerate(articles):
        # Nine digits, which PMC has not reached: no article of that number exists.
        article.pmcid = f"PMC{1 + i % 9}{1 + int(digits[i]) % 9}{int(digits[i]):07d}"
    articles[0].license, articles[1].license = "CC0", "CC BY-NC"
    return sorted(articles, key=lambda article: article.pmcid)
