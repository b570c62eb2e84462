"""Derangements: nobody keeps what belongs to the own group, as far as that can be."""

from time import process_time

import numpy as np
import pytest

from pairdx.evidence.shortcut.shuffle import derange


def same(groups, partner):
    return int((groups == groups[partner]).sum())


@pytest.mark.parametrize("seed", range(20))
def test_everyone_gets_one_of_another_group(seed):
    generator = np.random.default_rng(seed)
    groups = np.repeat(np.arange(4), [5, 3, 1, 1])  # the largest is half of all: just possible
    partner = derange(generator.permutation(groups), generator)
    assert sorted(partner) == list(range(10))
    groups = np.random.default_rng(seed).permutation(groups)
    assert same(groups, derange(groups, np.random.default_rng(seed))) == 0


@pytest.mark.parametrize("seed", range(10))
def test_as_many_as_can_be_are_served(seed):
    groups = np.array([0] * 7 + [1, 1, 2])  # three others: of the seven, four are left over
    partner = derange(groups, np.random.default_rng(seed))
    assert sorted(partner) == list(range(10))
    assert same(groups, partner) == 4


def test_one_alone_keeps_its_own_and_nobody_has_nothing():
    assert derange(np.array([3]), np.random.default_rng(0)).tolist() == [0]
    assert derange(np.array([], dtype=np.int64), np.random.default_rng(0)).tolist() == []


def test_partners_come_from_all_other_groups():
    groups = np.repeat(np.arange(6), 24)
    partner = derange(groups, np.random.default_rng(1))
    table = np.zeros((6, 6), dtype=int)
    np.add.at(table, (groups, groups[partner]), 1)
    assert (np.diag(table) == 0).all()
    assert (table + 24 * np.eye(6) > 0).all()  # no class is simply exchanged for one other
    np.testing.assert_array_equal(partner, derange(groups, np.random.default_rng(1)))


def test_partners_of_many_take_no_square():
    groups = np.random.default_rng(0).integers(0, 6, 200_000)
    start = process_time()
    partner = derange(groups, np.random.default_rng(1))
    assert process_time() - start < 10  # asking all for each took minutes
    assert same(groups, partner) == 0
