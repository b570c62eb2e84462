import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score
from small import section
from wide_ends import wide_ends

from pairdx.evidence.labels.agreement import Bootstrap, agreement, compare, consensus
from pairdx.readers.labels import ANSWERS
from pairdx.statistics.intervals.bootstrap import article_weights
from pairdx.statistics.intervals.params import IntervalParams

PARAMS = section(IntervalParams, resamples=100)
IDS = [f"p{row:02}" for row in range(60)]
BOOTSTRAP = Bootstrap({id_: f"a{row // 2}" for row, id_ in enumerate(IDS)}, PARAMS, 7)


def draw(seed, same=0.6):
    generator = np.random.default_rng(seed)
    first = generator.choice(ANSWERS, size=60)
    other = np.where(generator.random(60) < same, first, generator.choice(ANSWERS, size=60))
    return dict(zip(IDS, first.tolist(), strict=True)), dict(zip(IDS, other.tolist(), strict=True))


def test_kappa_is_scikit_learns_and_its_interval_that_of_resamples_drawn_out():
    one, other = draw(1)
    del other["p03"]
    both = [id_ for id_ in IDS if id_ != "p03"]
    left, right = np.array([one[k] for k in both]), np.array([other[k] for k in both])
    told = compare(one, other, BOOTSTRAP)
    assert told["pairs"] == 59
    assert told["kappa"] == pytest.approx(cohen_kappa_score(left, right), abs=1e-6)
    assert told["agree"] == pytest.approx((left == right).mean(), abs=1e-6)
    articles = np.unique([BOOTSTRAP.articles[k] for k in both], return_inverse=True)[1]
    (weights,) = article_weights(articles, 100, np.random.default_rng(7))
    values = [
        cohen_kappa_score(np.repeat(left, row), np.repeat(right, row))
        for row in weights.astype(int)
    ]
    assert (told["kappa_low"], told["kappa_high"]) == pytest.approx(
        wide_ends(told["kappa"], values, articles, difference=True), abs=1e-5
    )


def test_kappa_by_hand():
    # 2 x 2: 20 both chart, 5 and 10 apart, 15 both radiology: po = 0.7, pe = 0.5, kappa = 0.4.
    pairs = [("chart", "chart")] * 20 + [("chart", "radiology")] * 5
    pairs += [("radiology", "chart")] * 10 + [("radiology", "radiology")] * 15
    one, other = (dict(zip(IDS, side, strict=False)) for side in zip(*pairs, strict=True))
    told = compare(one, other, BOOTSTRAP)
    assert (told["agree"], told["kappa"]) == (0.7, 0.4)
    assert told["kappa_low"] < 0.4 < told["kappa_high"]


def test_one_and_the_same_answer_has_no_kappa():
    said = dict.fromkeys(IDS[:4], "chart")
    told = compare(said, said, BOOTSTRAP)
    assert told["agree"] == 1
    assert [told[f"kappa{end}"] for end in ("", "_low", "_high")] == [None, None, None]


def test_no_pair_in_common():
    told = compare({"p01": "chart"}, {"p02": "chart"}, BOOTSTRAP)
    assert told["pairs"] == 0
    assert told["agree"] is told["kappa"] is told["kappa_high"] is None


def test_nobody_has_read():
    assert agreement({}, dict.fromkeys(IDS, "chart"), {}, BOOTSTRAP) == {
        "between_readers": {},
        "with": {},
    }


def test_consensus_is_what_two_or_more_say_alike():
    readers = {
        "Ann": {"a": "chart", "b": "chart", "c": "unclear", "d": "chart", "e": "radiology"},
        "Ben": {"a": "chart", "b": "radiology", "c": "unclear", "e": "radiology"},
        "Cem": {"e": "radiology", "a": "unclear"},
    }
    assert consensus(readers) == {"e": "radiology"}
    assert consensus({name: readers[name] for name in ("Ann", "Ben")}) == {
        "a": "chart",
        "e": "radiology",
    }


def test_models_and_labels_are_compared_with_readers_and_consensus():
    labels = dict(zip(IDS, ["chart", "radiology"] * 30, strict=True))
    ann = labels | {"p00": "unclear", "p01": "chart"}
    ben = {id_: labels[id_] for id_ in IDS[:10]}
    model = {id_: labels[id_] for id_ in IDS[:20]} | {"p02": "radiology"}
    told = agreement({"Ben": ben, "Ann": ann}, labels, {"fusion": model}, BOOTSTRAP)
    assert list(told["between_readers"]) == ["Ann, Ben"]
    assert told["between_readers"]["Ann, Ben"]["pairs"] == 10
    assert told["between_readers"]["Ann, Ben"]["agree"] == 0.8  # `unclear` is no class of Ben's
    assert list(told["with"]) == ["Ann", "Ben", "consensus"]
    of_ann = told["with"]["Ann"]
    assert (of_ann["answers"], of_ann["unclear"]) == (60, 1)
    assert of_ann["agreement"]["given_label"]["pairs"] == 59
    assert of_ann["agreement"]["given_label"]["agree"] == pytest.approx(58 / 59, abs=1e-6)
    assert of_ann["agreement"]["fusion"]["pairs"] == 19
    assert of_ann["agreement"]["fusion"]["agree"] == pytest.approx(17 / 19, abs=1e-6)
    assert told["with"]["Ben"]["agreement"]["fusion"]["agree"] == 0.9
    both = told["with"]["consensus"]  # p00 and p01 are out
    assert (
        both["agreement"]["given_label"] | {"kappa": 1, "pairs": 8}
        == both["agreement"]["given_label"]
    )
    assert both["agreement"]["fusion"]["agree"] == pytest.approx(7 / 8)
