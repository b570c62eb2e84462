import itertools
import json

import numpy as np
import pytest
from predictions import predictions
from scipy.stats import binomtest, norm
from small import section
from statsmodels.stats.contingency_tables import mcnemar as reference_mcnemar
from statsmodels.stats.multitest import multipletests

from pairdx.evidence.comparison.differences import differences_markdown
from pairdx.evidence.comparison.significance import _heads, compare_all, holm, mcnemar, sign_flip
from pairdx.statistics.intervals.params import IntervalParams
from pairdx.statistics.predictions.summary import ScoreParams, summarise

PARAMS = section(IntervalParams, resamples=400)


@pytest.mark.parametrize(("n01", "n10"), [(0, 0), (0, 1), (1, 5), (7, 7), (3, 20)])
def test_mcnemar_is_that_of_statsmodels(n01, n10):
    if n01 + n10:
        wanted = reference_mcnemar([[50, n01], [n10, 9]], exact=True).pvalue
        assert mcnemar(n01, n10) == pytest.approx(wanted)
    else:
        assert mcnemar(n01, n10) == 1


def test_mcnemar_by_hand():
    assert mcnemar(0, 5) == pytest.approx(2 / 2**5)
    assert mcnemar(1, 5) == pytest.approx(2 * (1 + 6) / 2**6)


def test_with_one_pair_an_article_the_sign_flip_is_mcnemar():
    sums = np.array([1] * 9 + [-1] * 3 + [0] * 20)
    assert sign_flip(sums) == pytest.approx(binomtest(9, 12).pvalue)


@pytest.mark.parametrize("sums", [[3, 1, -1], [2, 2, 2, -1, 5], [0, 0], [], [-4], [1, 2, -3]])
def test_the_sign_flip_counts_every_toss(sums):
    tosses = list(itertools.product((-1, 1), repeat=len(sums)))
    reached = [abs(np.dot(toss, sums)) >= abs(sum(sums)) for toss in tosses]
    assert sign_flip(np.array(sums, dtype=int)) == pytest.approx(np.mean(reached))


@pytest.mark.parametrize(
    "p_values", [[0.01, 0.04, 0.03, 0.005], [0.5, 0.5, 0.5], [1.0], [0.2, 0.01, 0.01, 1.0, 0.0]]
)
def test_holm_is_that_of_statsmodels(p_values):
    wanted = multipletests(p_values, method="holm")[1]
    np.testing.assert_allclose(holm(p_values), wanted)


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_the_counts_and_differences_of_six_pairs():
    actual = [0, 0, 0, 1, 1, 1]
    first = predictions(actual, [0, 0, 0, 1, 1, 0])  # 5 of 6
    second = predictions(actual, [0, 1, 1, 1, 0, 1])  # 3 of 6
    [found] = compare_all({"a": first, "b": second}, PARAMS, seed=1)
    assert (found["first"], found["second"]) == ("a", "b")
    assert found["accuracy"] == pytest.approx(2 / 6, abs=1e-6)
    # F1 = 2 hits / (labels + calls): 2 * 3 / (3 + 4) and 2 * 2 / (3 + 2), then 2 / 5 and 4 / 7
    assert found["macro_f1"] == pytest.approx((6 / 7 + 4 / 5) / 2 - (2 / 5 + 4 / 7) / 2, abs=1e-6)
    assert (found["n01"], found["n10"]) == (1, 3)
    assert found["p"] == pytest.approx(2 * (1 + 4) / 2**4)
    assert found["p_holm"] == found["p"]


def test_a_model_and_its_copy_do_not_differ():
    one = predictions([0, 1, 2, 0], [0, 1, 0, 2])
    [found] = compare_all({"a": one, "b": one}, PARAMS, seed=1)
    assert found["accuracy"] == found["macro_f1"] == 0
    for key in ("accuracy_low", "accuracy_high", "macro_f1_low", "macro_f1_high"):
        assert found[key] is None  # no resample can say how far apart they may be elsewhere
    assert (found["n01"], found["n10"]) == (0, 0)
    assert found["p"] == found["p_by_article"] == found["p_by_article_holm"] == 1


def test_what_is_hard_for_both_does_not_widen_the_difference():
    """Paired: the interval is that of the pairs in which the two differ."""
    generator = np.random.default_rng(5)
    actual = generator.integers(6, size=300)
    wrong = generator.random(300) < 0.4
    predicted = np.where(wrong, (actual + 1) % 6, actual)
    first, second = predictions(actual, predicted), predictions(actual, predicted.copy())
    second.predicted[np.flatnonzero(~wrong)[:6]] += 1
    second.predicted[:] %= 6
    [found] = compare_all({"a": first, "b": second}, PARAMS, seed=1)
    alone = summarise(first, section(ScoreParams, resamples=400), 1)
    assert found["accuracy"] == pytest.approx(6 / 300)
    width = found["accuracy_high"] - found["accuracy_low"]
    # 1.96 standard errors of a share of 0.02 in 300 pairs, either way
    assert width == pytest.approx(2 * 1.96 * np.sqrt(0.02 * 0.98 / 300), rel=0.2)
    assert width < 0.4 * (alone["accuracy_high"] - alone["accuracy_low"])


def test_pairs_of_a_single_article_have_no_interval():
    models = {
        "a": predictions([0, 1, 0], [0, 1, 0], [0, 0, 0]),
        "b": predictions([0, 1, 0], [0, 0, 1], [0, 0, 0]),
    }
    [found] = compare_all(models, PARAMS, seed=1)
    assert found["accuracy"] == pytest.approx(2 / 3, abs=1e-6)
    assert found["accuracy_low"] is found["accuracy_high"] is None
    assert found["p_by_article"] == 1
    assert "| +0.667 [none] | " in differences_markdown([found], 3, 1)
    assert json.dumps(found, allow_nan=False)


def test_pairs_of_one_article_are_no_independent_evidence():
    """Six right pairs of one article are one event: McNemar counts them as six."""
    actual = [0, 1] * 6
    first = predictions(actual, actual, [0] * 6 + [1, 2, 3, 4, 5, 6])
    second = predictions(actual, [1, 0] * 3 + [0, 1] * 3, first.articles)
    [found] = compare_all({"a": first, "b": second}, PARAMS, seed=1)
    assert found["p"] == pytest.approx(2 / 2**6)
    assert found["p_by_article"] == 1


def test_tosses_of_many_sizes_are_counted_exactly():
    generator = np.random.default_rng(2)
    for _ in range(20):
        sums = generator.integers(-3, 4, 12)
        tossed = np.array(list(itertools.product([-1, 1], repeat=12))) @ np.abs(sums)
        wanted = (np.abs(tossed) >= abs(sums.sum())).mean()
        assert sign_flip(sums) == pytest.approx(wanted, rel=1e-12)


def test_a_million_tosses_take_no_square():
    """The distribution of so many sums has two million places, nearly all of no probability."""
    sums = np.where(np.arange(1_000_000) % 2, 1, -1)
    sums[:600] = 1
    assert len(_heads(1_000_000)) < 20_000
    assert sign_flip(sums) == pytest.approx(
        2 * norm.sf((600 - 1) / 1000), rel=0.01
    )  # with half a step
