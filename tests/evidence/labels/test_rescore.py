import numpy as np
import pytest
from predictions import predictions
from sklearn.metrics import accuracy_score, f1_score
from small import section
from wide_ends import wide_ends

from pairdx.evidence.labels.rescore import rescore
from pairdx.statistics.intervals.bootstrap import article_weights
from pairdx.statistics.intervals.params import IntervalParams

PARAMS = section(IntervalParams, resamples=100)


def draw(pairs=80):
    generator = np.random.default_rng(2)
    actual = generator.integers(6, size=pairs)
    predicted = np.where(generator.random(pairs) < 0.3, generator.integers(6, size=pairs), actual)
    articles = np.arange(pairs) // 2
    return predictions(actual, predicted, articles)


def test_scores_are_scikit_learns_with_and_without():
    scored = draw()
    suspects = (np.arange(80) % 5 == 0) & ~scored.correct
    told = rescore(scored, suspects, PARAMS, 1)
    for name, measure in (
        ("accuracy", accuracy_score),
        ("macro_f1", lambda a, p: f1_score(a, p, average="macro")),
    ):
        everything = measure(scored.actual, scored.predicted)
        rest = measure(scored.actual[~suspects], scored.predicted[~suspects])
        assert told[name] == pytest.approx(everything, abs=1e-6)
        assert told[f"{name}_without_suspects"] == pytest.approx(rest, abs=1e-6)
        assert told[f"{name}_change"] == pytest.approx(rest - everything, abs=2e-6)
    (weights,) = article_weights(scored.articles, 100, np.random.default_rng(1))
    changes = [
        np.repeat(scored.correct, row * ~suspects).mean() - np.repeat(scored.correct, row).mean()
        for row in weights.astype(int)
    ]
    assert (told["accuracy_change_low"], told["accuracy_change_high"]) == pytest.approx(
        wide_ends(told["accuracy_change"], changes, scored.articles, difference=True), abs=1e-5
    )


def test_intervals_count_the_articles_that_are_left():
    """Suspects are all pairs but those of five articles."""
    scored = draw()
    told = rescore(scored, scored.articles > 4, PARAMS, 1)
    (weights,) = article_weights(scored.articles, 100, np.random.default_rng(1))
    right, kept = weights[:, :10] @ scored.correct[:10], weights[:, :10].sum(axis=1)
    shares = right[kept > 0] / kept[kept > 0]
    low, high = (told[f"accuracy_without_suspects{end}"] for end in ("_low", "_high"))
    wanted = wide_ends(scored.correct[:10].mean(), shares, scored.articles[:10])
    assert (low, high) == pytest.approx(wanted, abs=1e-6)
    alone = rescore(scored, scored.articles > 0, PARAMS, 1)
    assert alone["accuracy_without_suspects"] == scored.correct[:2].mean()
    assert alone["accuracy_without_suspects_low"] == 0.025  # one article, which is right
    assert alone["macro_f1_without_suspects_low"] is None
    assert alone["accuracy_low"] == told["accuracy_low"]


def test_without_suspects_nothing_changes():
    told = rescore(draw(), np.zeros(80, dtype=bool), PARAMS, 1)
    assert told["accuracy"] == told["accuracy_without_suspects"]
    assert told["accuracy_change"] == 0
    assert told["accuracy_change_low"] is told["accuracy_change_high"] is None


def test_a_perfect_model_is_no_certainty():
    actual = np.arange(30) % 6
    suspects = np.arange(30) < 10
    told = rescore(predictions(actual, actual), suspects, PARAMS, 1)
    assert told["accuracy_low"] == pytest.approx(0.025 ** (1 / 30), abs=1e-6)
    assert told["accuracy_without_suspects_low"] == pytest.approx(0.025 ** (1 / 20), abs=1e-6)
    assert told["accuracy_high"] == 1
    assert (told["macro_f1"], told["macro_f1_low"], told["macro_f1_high"]) == (1, None, None)


def test_nothing_but_suspects():
    told = rescore(draw(), np.ones(80, dtype=bool), PARAMS, 1)
    assert told["accuracy"] > 0.5
    for name in ("accuracy_without_suspects", "macro_f1_without_suspects", "accuracy_change"):
        assert [told[name], told[f"{name}_low"], told[f"{name}_high"]] == [None, None, None]
