"""Other views of a pair: of its figure first, then of its case, never of another split."""

import dataclasses

import pytest
import torch
from small import drawn

from pairdx.training.clinvla.views import Siblings

PAIRS = dataclasses.replace(
    drawn(6),
    figures=["f", "f", "f", "g", "h", "i"],
    cases=["x", "x", "x", "x", "y", "z"],
)


def test_by_hand():
    siblings = Siblings.of(PAIRS, "case")
    assert siblings.figure == [[1, 2], [0, 2], [0, 1], [], [], []]
    assert siblings.case == [[3], [3], [3], [0, 1, 2], [], []]
    assert Siblings.of(PAIRS, "figure").case == [[]] * 6
    assert Siblings.of(PAIRS, "none").figure == [[]] * 6


def test_the_figure_comes_first_and_all_of_it_is_drawn():
    torch.manual_seed(1)
    siblings = Siblings.of(PAIRS, "case")
    seen = [set() for _ in range(6)]
    for _ in range(60):
        others, of_figure = siblings.draw(torch.arange(6))
        for row, other in enumerate(others.tolist()):
            seen[row].add(other)
    assert seen == [{1, 2}, {0, 2}, {0, 1}, {0, 1, 2}, {-1}, {-1}]
    assert of_figure.tolist() == [True, True, True, False, False, False]


@pytest.mark.parametrize("reach", ["figure", "case"])
def test_a_split_knows_nothing_of_another(reach):
    """Parts of one figure on both sides: which a split by article prevents, and one of none not."""
    train = dataclasses.replace(
        drawn(2), figures=["f", "g"], cases=["x", "y"], ids=["train_a", "train_b"]
    )
    others, _ = Siblings.of(train, reach).draw(torch.arange(2))
    assert others.tolist() == [-1, -1]  # though PAIRS has other parts of f and other images of x


def test_the_seed_decides():
    siblings = Siblings.of(PAIRS, "case")

    def draws(seed):
        torch.manual_seed(seed)
        return [siblings.draw(torch.arange(6))[0].tolist() for _ in range(10)]

    assert draws(1) == draws(1)
    assert draws(1) != draws(2)
