"""Which pairs two models agree on."""

import pytest
from predictions import predictions, write_predictions

from pairdx.core.errors import PairdxError
from pairdx.evidence.explanation.cases import draw_cases

IDS = [f"pair_{row}" for row in range(6)]
ACTUAL = [0, 1, 2, 3, 4, 5]
FIRST = [0, 1, 2, 0, 0, 5]
SECOND = [0, 1, 0, 0, 4, 1]  # rows 0, 1 right; 3 wrong; 2, 4, 5 disputed


def write(path, predicted, ids=IDS):
    return write_predictions(path, predictions(ACTUAL, predicted), ids, ids)


@pytest.fixture
def tables(tmp_path):
    return [write(tmp_path / "one.parquet", FIRST), write(tmp_path / "two.parquet", SECOND)]


def test_kinds_by_hand(tables):
    drawn = draw_cases(tables, IDS, 10, seed=1)
    assert drawn == {"right": [0, 1], "wrong": [3], "disputed": [2, 4, 5]}


def test_as_many_as_asked_for_and_the_same_again(tables):
    drawn = draw_cases(tables, IDS, 1, seed=1)
    assert [len(rows) for rows in drawn.values()] == [1, 1, 1]
    assert drawn == draw_cases(tables, IDS, 1, seed=1)
    assert len({draw_cases(tables, IDS, 1, seed)["disputed"][0] for seed in range(20)}) == 3
    assert draw_cases(tables, IDS, 0, seed=1) == {"right": [], "wrong": [], "disputed": []}


def test_predictions_of_other_pairs_are_refused(tables, tmp_path):
    other = write(tmp_path / "other.parquet", FIRST, [f"x_{row}" for row in range(6)])
    with pytest.raises(PairdxError, match=r"other.parquet: id = 'x_0' in row 0"):
        draw_cases([tables[0], other], IDS, 1, seed=1)


def test_two_tables_are_needed(tables):
    with pytest.raises(PairdxError, match="--predictions: 1 given"):
        draw_cases(tables[:1], IDS, 1, seed=1)
