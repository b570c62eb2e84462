"""Samples in which every class has its share."""

from collections import Counter

import numpy as np
import pytest
from small import drawn

from pairdx.pairs.strata import stratified, take

LABELS = ["a"] * 40 + ["b"] * 20 + ["c"] * 4


@pytest.mark.parametrize("seed", range(5))
def test_classes_keep_their_shares(seed):
    rows = stratified(LABELS, 16, seed)
    assert Counter(LABELS[row] for row in rows) == {"a": 10, "b": 5, "c": 1}
    assert len(set(rows)) == 16


def test_a_larger_sample_holds_the_smaller():
    samples = [set(stratified(LABELS, count, 1).tolist()) for count in (5, 16, 64)]
    assert samples[0] < samples[1] < samples[2] == set(range(64))
    assert stratified(LABELS, 999, 1).tolist() == list(range(64))
    assert stratified(LABELS, 16, 1).tolist() != stratified(LABELS, 16, 2).tolist()


def test_rows_are_taken_with_all_columns():
    pairs = drawn(8)
    taken = take(pairs, np.array([5, 2]))
    assert (taken.ids, len(taken)) == (["pair_005", "pair_002"], 2)
    assert taken.images == [pairs.images[5], pairs.images[2]]
    assert taken.labels == [pairs.labels[5], pairs.labels[2]]
