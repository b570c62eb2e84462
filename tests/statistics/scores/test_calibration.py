import numpy as np
import pytest

from pairdx.statistics.scores import calibration

# Four pairs in bins of 0.2: (.2, .4] holds .3 right; (.4, .6] holds .6 wrong, on its upper edge;
# (.8, 1] holds .9 right and 1.0 wrong.
CONFIDENCE = np.array([0.3, 0.6, 0.9, 1.0])
CORRECT = np.array([True, False, True, False])


def test_error_by_hand():
    ones = np.ones((1, 4))
    # 1/4 * |1 - .3| + 1/4 * |0 - .6| + 2/4 * |1/2 - .95|
    error = calibration.expected_calibration_error(ones, CONFIDENCE, CORRECT, 5)
    np.testing.assert_allclose(error, [0.175 + 0.15 + 0.225])


def test_weights_are_repetitions():
    weights = np.array([[2.0, 0, 1, 3]])
    repeated = np.repeat(np.arange(4), [2, 0, 1, 3])
    weighted = calibration.expected_calibration_error(weights, CONFIDENCE, CORRECT, 5)
    plain = calibration.expected_calibration_error(
        np.ones((1, 6)), CONFIDENCE[repeated], CORRECT[repeated], 5
    )
    np.testing.assert_allclose(weighted, plain)
    # 2/6 * .7 + 4/6 * |1/4 - 3.9/4|
    np.testing.assert_allclose(weighted, [2 / 6 * 0.7 + 4 / 6 * 0.725])


def test_reliability_leaves_empty_bins_out():
    table = calibration.reliability(CONFIDENCE, CORRECT, 5)
    assert list(table.columns) == ["confidence", "accuracy", "count", "lower", "upper"]
    np.testing.assert_allclose(
        table.to_numpy(), [[0.3, 1, 1, 0.2, 0.4], [0.6, 0, 1, 0.4, 0.6], [0.95, 0.5, 2, 0.8, 1]]
    )
    gaps = (table["accuracy"] - table["confidence"]).abs() * table["count"] / 4
    assert gaps.sum() == pytest.approx(0.55)  # the same error again


@pytest.mark.parametrize("bins", [2, 7, 10, 15])
def test_an_upper_edge_belongs_to_the_bin_below(bins):
    edges = calibration.bin_edges(bins)
    assert calibration.bin_of(edges, bins).tolist() == [0, *range(bins)]
