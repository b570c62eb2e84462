"""Ranked lists: by hand, and against the mean over all orders of what ties."""

from itertools import permutations

import numpy as np
import pytest
from sklearn.metrics import label_ranking_average_precision_score, top_k_accuracy_score
from sklearn.neighbors import NearestNeighbors

from pairdx.statistics.scores.ranking import first_hit, precision_at, recall_at, reciprocal_rank

NOT = -np.inf


def rows(*values):
    return np.array(values, dtype=float)


def hits(*values):
    return np.array(values, dtype=bool)


def test_precision_by_hand():
    similarity = rows([0.9, 0.8, 0.7, 0.6], [0.1, 0.2, 0.3, 0.4])
    hit = hits([1, 0, 1, 1], [1, 0, 0, 0])
    np.testing.assert_allclose(precision_at(2, similarity, hit), [0.5, 0])  # 1 of 2; 0 of 1
    np.testing.assert_allclose(precision_at(3, similarity, hit), [2 / 3, 0])
    np.testing.assert_allclose(precision_at(50, similarity, hit), [1, 1])  # fewer hits than 50


def test_a_place_that_two_tie_for_counts_half():
    similarity = rows([0.9, 0.5, 0.5, 0.1])
    assert precision_at(2, similarity, hits([1, 1, 0, 0])) == pytest.approx((1 + 0.5) / 2)
    assert precision_at(2, similarity, hits([0, 1, 0, 0])) == pytest.approx(0.5)


def test_no_candidate_is_never_found():
    similarity = rows([0.9, NOT, 0.2, 0.1])
    assert precision_at(3, similarity, hits([1, 0, 0, 1])) == pytest.approx(1)
    assert precision_at(4, similarity, hits([0, 0, 0, 1])) == pytest.approx(1)
    assert np.isnan(precision_at(2, rows([NOT, NOT]), hits([0, 0])))


def test_ranks_by_hand():
    similarity = rows([0.9, 0.8, 0.7], [0.9, 0.8, 0.7])
    place = first_hit(similarity, hits([0, 0, 1], [0, 1, 1]))
    np.testing.assert_allclose(reciprocal_rank(*place), [1 / 3, 1 / 2])
    np.testing.assert_allclose(recall_at(1, *place), [0, 0])
    np.testing.assert_allclose(recall_at(2, *place), [0, 1])
    np.testing.assert_allclose(recall_at(9, *place), [1, 1])


def by_all_orders(similarity, hit, k):
    """Precision, recall and reciprocal rank as means over all orders of one row's ties."""
    found = []
    for order in permutations(np.flatnonzero(np.isfinite(similarity))):
        ranked = sorted(order, key=lambda column: -similarity[column])
        relevant = [bool(hit[column]) for column in ranked]
        share = sum(relevant[:k]) / min(k, sum(relevant))
        found.append((share, any(relevant[:k]), 1 / (relevant.index(True) + 1)))
    return np.mean(found, axis=0)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("k", [1, 2, 3, 9])
def test_the_mean_over_all_orders(seed, k):
    generator = np.random.default_rng(seed)
    similarity = generator.integers(3, size=(4, 6)) / 2
    similarity[1:3, 4] = NOT
    hit = (generator.random((4, 6)) < 0.4) & np.isfinite(similarity)
    hit[~hit.any(axis=1), 0] = True
    expected = np.array([by_all_orders(*row, k) for row in zip(similarity, hit, strict=True)])
    place = first_hit(similarity, hit)
    np.testing.assert_allclose(precision_at(k, similarity, hit), expected[:, 0])
    np.testing.assert_allclose(recall_at(k, *place), expected[:, 1])
    np.testing.assert_allclose(reciprocal_rank(*place), expected[:, 2])


def test_scikit_learn_agrees():
    generator = np.random.default_rng(2)
    similarity, labels = generator.normal(size=(30, 30)), np.arange(30)
    hit = np.eye(30, dtype=bool)
    place = first_hit(similarity, hit)
    for k in (1, 5, 10):
        theirs = top_k_accuracy_score(labels, similarity, k=k)
        assert recall_at(k, *place).mean() == pytest.approx(theirs)
    theirs = label_ranking_average_precision_score(hit, similarity)
    assert reciprocal_rank(*place).mean() == pytest.approx(theirs)

    points, classes = generator.normal(size=(30, 4)), np.arange(30) % 3
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    nearest = NearestNeighbors(n_neighbors=5, metric="cosine").fit(points)
    found = classes[nearest.kneighbors(return_distance=False)]  # without the query itself
    same = (classes[:, None] == classes) & ~np.eye(30, dtype=bool)
    ours = precision_at(5, np.where(np.eye(30) > 0, NOT, points @ points.T), same)
    np.testing.assert_allclose(ours, (found == classes[:, None]).mean(axis=1))
