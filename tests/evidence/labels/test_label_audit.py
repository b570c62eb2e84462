"""The audit against confident learning worked out by hand, and on labels flipped on purpose."""

import numpy as np
import pytest
from cleanlab.filter import find_label_issues
from small import drawn, section

from pairdx.core.errors import PairdxError
from pairdx.core.schema import AUDIT, LABELS
from pairdx.evidence.labels.audit import (
    Audited,
    audit,
    joint_noise,
    noise_rows,
    out_of_fold,
    summarise,
    to_table,
)
from pairdx.evidence.labels.look import Evidence
from pairdx.evidence.labels.params import AuditLabelsParams
from pairdx.pairs.store import Pairs

PARAMS = section(AuditLabelsParams, folds=3, trees=20)


def random_audited(pairs=300, seed=1, classes=6):
    generator = np.random.default_rng(seed)
    true = generator.integers(classes, size=pairs)
    logits = generator.normal(size=(pairs, 6)) + 3 * np.eye(6)[true]
    given = np.where(generator.random(pairs) < 0.1, generator.integers(classes, size=pairs), true)
    odds = np.exp(logits)
    return Audited.of(given, odds / odds.sum(1, keepdims=True))


def by_hand(labels, probabilities, thresholds):
    """Confident joint and its off-diagonal pairs, as the paper's algorithm 1 counts them."""
    joint, off = np.zeros((6, 6)), set()
    for row, (label, chances) in enumerate(zip(labels, probabilities, strict=True)):
        sure = [k for k in range(6) if chances[k] >= thresholds[k] - 1e-6]
        if sure:
            best = max(sure, key=lambda k: chances[k])
            joint[label, best] += 1
            if best != label:
                off.add(row)
    return joint, off


def test_suspects_and_noise_are_the_papers():
    audited = random_audited()
    for k in range(6):
        mean = audited.probabilities[audited.labels == k, k].mean()
        assert audited.thresholds[k] == pytest.approx(mean)
    joint, off = by_hand(audited.labels, audited.probabilities, audited.thresholds)
    most = audited.probabilities.argmax(1)
    assert set(np.flatnonzero(audited.suspects)) == {k for k in off if most[k] != audited.labels[k]}
    # Calibrated: every row counts as many pairs as have the label, in whole pairs.
    counts = np.bincount(audited.labels, minlength=6)
    expected = joint / joint.sum(1, keepdims=True) * counts[:, None] / counts.sum()
    np.testing.assert_allclose(joint_noise(audited), expected, atol=1 / 300)
    np.testing.assert_allclose(joint_noise(audited).sum(1), counts / 300, atol=1e-12)


def test_suspects_are_cleanlabs_where_it_takes_its_own_thresholds():
    audited = random_audited(seed=2)
    issues = find_label_issues(
        audited.labels, audited.probabilities, filter_by="confident_learning", n_jobs=1
    )
    assert audited.suspects.sum() > 10
    np.testing.assert_array_equal(audited.suspects, issues)


def test_quality_is_the_margin():
    probabilities = np.array(
        [[0.7, 0.2, 0.1, 0, 0, 0], [0.7, 0.2, 0.1, 0, 0, 0], [0.5, 0.5, 0, 0, 0, 0]]
    )
    audited = Audited(np.array([0, 1, 0]), probabilities, np.full(6, 0.9))
    # (p of the label - best other + 1) / 2
    assert audited.quality == pytest.approx([0.75, 0.25, 0.5])
    assert audited.suggested.tolist() == [0, 0, 0]
    assert not audited.suspects.any()  # nothing is sure enough
    assert Audited(audited.labels, probabilities, np.full(6, 0.6)).suspects.tolist() == [
        False,
        True,
        False,
    ]


def test_a_class_that_nobody_is_labelled_with():
    audited = random_audited(classes=4)
    summary = summarise(audited, audited)
    assert np.isfinite(joint_noise(audited)).all()
    assert summary["test"]["suspects_by_label"]["radiology"] == 0
    assert summary["train_and_validation"]["estimated_wrong"] > 0.02


def test_the_summary_counts(monkeypatch):
    audited = random_audited()
    summary = summarise(audited, audited)
    known = summary["train_and_validation"]
    assert known["n"] == 300
    assert known["suspects"] == sum(known["suspects_by_label"].values()) == audited.suspects.sum()
    wrong = sum(sum(row.values()) for row in known["estimated_wrong_as"].values())
    assert known["estimated_wrong"] == pytest.approx(wrong, abs=1e-4)
    rows = noise_rows(audited)
    assert len(rows) == 30
    assert sum(row[2] for row in rows) == pytest.approx(300 * wrong, abs=0.2)
    assert sum(row[3] for row in rows) == known["suspects"]


def seen(pairs):
    """Features that know little: how bright a picture is, and noise."""
    noise = np.random.default_rng(0).random((len(pairs), 3))
    return Evidence(pairs.captions, np.column_stack([[sum(i[-400:]) for i in pairs.images], noise]))


def with_articles(pairs, articles):
    return Pairs(**vars(pairs) | {"articles": articles})


def test_no_pair_is_classified_by_a_model_that_saw_its_article():
    """Captions that name their article only: a model that has seen it would know the label."""
    generator = np.random.default_rng(4)
    articles = np.repeat([f"article{k}" for k in range(30)], 4)
    labels = np.repeat(generator.permutation(30) % 6, 4)
    evidence = Evidence([f"{name} {name}" for name in articles], np.zeros((120, 1)))
    grouped = out_of_fold(evidence, labels, articles, PARAMS, 1)
    each = np.array([str(row) for row in range(120)])
    leaking = out_of_fold(evidence, labels, each, PARAMS, 1)
    assert (leaking.argmax(1) == labels).mean() > 0.8
    assert (grouped.argmax(1) == labels).mean() < 0.4


def test_fewer_articles_than_folds():
    pairs = with_articles(drawn(12), ["a", "b"] * 6)
    with pytest.raises(PairdxError, match=r"audit_labels.folds = 3, but .* 2 articles"):
        audit([(pairs, seen(pairs))], (pairs, seen(pairs)), PARAMS, 1)


def test_the_test_split_is_judged_by_the_rest(tmp_path):
    train, validation, test = drawn(48), drawn(12), drawn(18)
    flipped = ["chart", *test.labels[1:-1], "endoscopy"]  # the last one was `radiology`
    test = Pairs(**vars(test) | {"labels": flipped, "ids": [f"t{k}" for k in range(18)]})
    learned, judged = audit(
        [(train, seen(train)), (validation, seen(validation))], (test, seen(test)), PARAMS, 1
    )
    assert len(learned.labels) == 60
    np.testing.assert_array_equal(judged.thresholds, learned.thresholds)
    assert np.flatnonzero(judged.suspects).tolist() == [17]
    table = to_table([("test", test)], judged)
    assert table.schema.equals(AUDIT)
    row = table.to_pylist()[17]
    assert (row["id"], row["split"], row["suspect"]) == ("t17", "test", True)
    assert (row["label"], row["suggested"]) == ("endoscopy", "radiology")
    assert row["quality"] < 0.3
    assert sum(row[f"p_{label}"] for label in LABELS) == pytest.approx(1)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_flipped_labels_are_ranked_low(seed):
    pairs = drawn(180)
    generator = np.random.default_rng(seed)
    rows = generator.choice(180, 9, replace=False)
    labels = np.arange(180) % 6
    labels[rows] = (labels[rows] + generator.integers(1, 6, 9)) % 6
    evidence = seen(pairs)
    audited = Audited.of(
        labels, out_of_fold(evidence, labels, np.array(pairs.articles), PARAMS, seed)
    )
    lowest = np.argsort(audited.quality, kind="stable")[: round(0.08 * 180)]
    assert np.isin(rows, lowest).mean() >= 0.8
    assert audited.suspects[rows].mean() >= 0.5
    assert joint_noise(audited).trace() == pytest.approx(0.95, abs=0.03)
